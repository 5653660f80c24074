"""SRResNet: residual blocks with batch normalisation, the generator of SRGAN.

Source: Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
CVPR 2017, arXiv:1609.04802, section 2.1 and figure 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.upsampling.subpixel import SubpixelUpsampling, stages_of
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class SRResNetConfig:
    """Hyperparameters; the defaults are the paper's network."""

    scale: int = 4
    channels: int = 3
    width: int = 64
    blocks: int = 16

    def __post_init__(self) -> None:
        stages_of(self.scale)
        if min(self.channels, self.width, self.blocks) < 1:
            raise InvalidConfigError(f"every size of an SRResNet must be at least 1, got {self}")


class ResidualBlock(nn.Module):
    """Convolution, normalisation, PReLU, convolution, normalisation, and the input added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.first_norm = nn.BatchNorm2d(width)
        self.activation = nn.PReLU()
        self.second = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.second_norm = nn.BatchNorm2d(width)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        inner = self.activation(self.first_norm(self.first(features)))
        return features + self.second_norm(self.second(inner))


class SRResNet(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: SRResNetConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.head = nn.Sequential(nn.Conv2d(config.channels, width, kernel_size=9, padding=4), nn.PReLU())
        self.blocks = nn.Sequential(*(ResidualBlock(width) for _ in range(config.blocks)))
        self.tail = nn.Sequential(nn.Conv2d(width, width, kernel_size=3, padding=1), nn.BatchNorm2d(width))
        self.upsample = nn.Sequential(
            *(nn.Sequential(SubpixelUpsampling(width, width, factor), nn.PReLU()) for factor in stages_of(config.scale))
        )
        self.restore = nn.Conv2d(width, config.channels, kernel_size=9, padding=4)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        features = self.head(low)
        return self.restore(self.upsample(self.tail(self.blocks(features)) + features))


def _tiling(config: SRResNetConfig) -> Tiling:
    # Four pixels of the head, two a block, one of the tail, two of the enlargement, two of the last convolution.
    return Tiling(minimum_size=1, grid=1, overlap=2 * config.blocks + 9, is_exact=True)


ARCHITECTURE = Architecture(
    name="srresnet",
    config=SRResNetConfig,
    network=SRResNet,
    source="arXiv:1609.04802",
    variants={f"srresnet_x{scale}": SRResNetConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
)
