"""Residual Channel Attention Network: groups of blocks with channel attention, residual within residual.

Sources: Zhang et al., "Image Super-Resolution Using Very Deep Residual Channel Attention Networks", ECCV 2018,
arXiv:1807.02758, section 3; Lin et al., "Revisiting RCAN: Improved Training for Image Super-Resolution",
arXiv:2201.11279, which changes the activation to SiLU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.attention.channel import ChannelAttention
from superres.layers.identity import silence
from superres.layers.mean_colour import mean_colour
from superres.layers.upsampling.subpixel import SubpixelStages, stages_of
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class RCANConfig:
    """Hyperparameters; the defaults are the paper's network."""

    scale: int = 2
    width: int = 64
    groups: int = 10
    blocks: int = 20
    """Of each group."""
    reduction: int = 16
    """Channels over hidden channels of the attention."""
    activation: Literal["relu", "silu"] = "relu"
    value_range: float = 255.0
    """What white is before the first convolution."""

    @property
    def channels(self) -> int:
        """RGB."""
        return 3

    def __post_init__(self) -> None:
        stages_of(self.scale)
        if min(self.groups, self.blocks, self.reduction) < 1 or self.width < self.reduction:
            raise InvalidConfigError(
                f"an RCAN needs sizes of at least 1, and a width of at least its reduction: {self}"
            )


class ChannelAttentionBlock(nn.Module):
    """Two convolutions, channel attention, and the input added (figure 4)."""

    def __init__(self, config: RCANConfig) -> None:
        super().__init__()
        width = config.width
        self.first = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.activation = nn.SiLU() if config.activation == "silu" else nn.ReLU()
        self.second = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.attention = ChannelAttention(width, width // config.reduction)

    def begin_as_identity(self) -> None:
        """See `superres.layers.identity`."""
        silence(self.second)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return features + self.attention(self.second(self.activation(self.first(features))))


class ResidualGroup(nn.Module):
    """Blocks, a convolution, and the input added (figure 2)."""

    def __init__(self, config: RCANConfig) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(ChannelAttentionBlock(config) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)

    def begin_as_identity(self) -> None:
        """See `superres.layers.identity`."""
        silence(self.tail)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return features + self.tail(self.blocks(features))


class RCAN(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    mean: Tensor

    def __init__(self, config: RCANConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", mean_colour(), persistent=False)
        self.head = nn.Conv2d(3, config.width, kernel_size=3, padding=1)
        self.groups = nn.Sequential(*(ResidualGroup(config) for _ in range(config.groups)))
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.upsample = SubpixelStages(config.width, config.scale)
        self.restore = nn.Conv2d(config.width, 3, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        features = self.head((low - self.mean) * self.config.value_range)
        high = self.restore(self.upsample(self.tail(self.groups(features)) + features))
        return high / self.config.value_range + self.mean


def whole_image(_config: object) -> Tiling:
    """Channel attention looks at the whole image."""
    return Tiling(minimum_size=1, grid=1, overlap=32, is_exact=False)


ARCHITECTURE = Architecture(
    name="rcan",
    config=RCANConfig,
    network=RCAN,
    source="arXiv:1807.02758",
    variants={
        **{f"rcan_x{scale}": RCANConfig(scale=scale) for scale in (2, 3, 4)},
        **{f"rcan_it_x{scale}": RCANConfig(scale=scale, activation="silu") for scale in (2, 3, 4)},
    },
    tiling=whole_image,
)
