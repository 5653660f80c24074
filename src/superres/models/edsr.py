"""Enhanced Deep Super-Resolution network: residual blocks without normalisation, wider and deeper.

Source: Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
arXiv:1707.02921, section 3 and figure 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.identity import silence
from superres.layers.mean_colour import mean_colour
from superres.layers.upsampling.subpixel import SubpixelStages, stages_of
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class EDSRConfig:
    """Hyperparameters; the defaults are the paper's baseline."""

    scale: int = 2
    channels: int = 3
    width: int = 64
    blocks: int = 16
    residual_scale: float = 1.0
    """What a block's answer is multiplied by before it is added; 0.1 keeps wide networks stable."""
    value_range: float = 255.0
    """What white is before the first convolution."""

    def __post_init__(self) -> None:
        stages_of(self.scale)
        if min(self.width, self.blocks) < 1 or self.channels not in (1, 3):
            raise InvalidConfigError(f"an EDSR needs channels of 1 or 3 and sizes of at least 1, got {self}")


class ResidualBlock(nn.Module):
    """Two convolutions with a ReLU between them, scaled and added (figure 2c)."""

    def __init__(self, config: EDSRConfig) -> None:
        super().__init__()
        self.residual_scale = config.residual_scale
        self.first = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.second = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)

    def begin_as_identity(self) -> None:
        """See `superres.layers.identity`."""
        silence(self.second)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return features + self.residual_scale * self.second(self.first(features).relu())


class EDSR(nn.Module):
    """RGB or luma in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    mean: Tensor

    def __init__(self, config: EDSRConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", mean_colour(config.channels), persistent=False)
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(config) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.upsample = SubpixelStages(config.width, config.scale)
        self.restore = nn.Conv2d(config.width, config.channels, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        features = self.head((low - self.mean) * self.config.value_range)
        high = self.restore(self.upsample(self.tail(self.blocks(features)) + features))
        return high / self.config.value_range + self.mean


def _tiling(config: EDSRConfig) -> Tiling:
    # Head, two convolutions a block, tail, and one at every step of the enlargement, each one pixel further.
    return Tiling(minimum_size=1, grid=1, overlap=2 * config.blocks + 5, is_exact=True)


ARCHITECTURE = Architecture(
    name="edsr",
    config=EDSRConfig,
    network=EDSR,
    source="arXiv:1707.02921",
    variants={
        **{f"edsr_baseline_x{scale}": EDSRConfig(scale=scale) for scale in (2, 3, 4)},
        **{f"edsr_x{scale}": EDSRConfig(scale=scale, width=256, blocks=32, residual_scale=0.1) for scale in (2, 3, 4)},
    },
    tiling=_tiling,
)
