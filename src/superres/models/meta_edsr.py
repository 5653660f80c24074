"""Meta-EDSR: the trunk of EDSR, and kernels made for whatever scale is asked.

Source: Hu et al., "Meta-SR: A Magnification-Arbitrary Network for Super-Resolution", CVPR 2019, arXiv:1903.00875,
section 3 and figure 1; the trunk is EDSR's baseline (arXiv:1707.02921).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.mean_colour import mean_colour
from superres.layers.upsampling.meta import MetaUpsampling
from superres.models.architecture import Architecture, Tiling
from superres.models.edsr import EDSRConfig, ResidualBlock


@dataclass(frozen=True, kw_only=True, slots=True)
class MetaEDSRConfig:
    """Hyperparameters; the defaults are the paper's."""

    scale: int = 4
    """Where none is asked for."""
    channels: int = 3
    width: int = 64
    blocks: int = 16
    hidden: int = 256
    """Width of the network that makes the kernels."""
    value_range: float = 255.0
    """What white is before the first convolution."""

    def __post_init__(self) -> None:
        if min(self.scale, self.width, self.blocks, self.hidden) < 1 or self.channels not in (1, 3):
            raise InvalidConfigError(f"a Meta-EDSR needs channels of 1 or 3 and sizes of at least 1, got {self}")


class MetaEDSR(nn.Module):
    """RGB or luma in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    mean: Tensor

    def __init__(self, config: MetaEDSRConfig) -> None:
        super().__init__()
        self.config = config
        block = EDSRConfig(channels=config.channels, width=config.width, blocks=config.blocks)
        self.register_buffer("mean", mean_colour(config.channels), persistent=False)
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(block) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.upsample = MetaUpsampling(config.width, config.channels, hidden=config.hidden)

    def forward(self, low: Tensor, scale: float | None = None) -> Tensor:
        """(N, C, H, W) to (N, C, round(scale·H), round(scale·W)); the configuration's scale where none is given."""
        features = self.head((low - self.mean) * self.config.value_range)
        high = self.upsample(self.tail(self.blocks(features)) + features, scale or self.config.scale)
        return high / self.config.value_range + self.mean


def _tiling(config: MetaEDSRConfig) -> Tiling:
    # Head, two convolutions a block, tail, and the patch that the made kernels read, each one pixel further.
    return Tiling(minimum_size=1, grid=1, overlap=2 * config.blocks + 3, is_exact=True)


ARCHITECTURE = Architecture(
    name="meta_edsr",
    config=MetaEDSRConfig,
    network=MetaEDSR,
    source="arXiv:1903.00875",
    variants={"meta_edsr_baseline": MetaEDSRConfig()},
    tiling=_tiling,
    highest_scale=4.0,
)
