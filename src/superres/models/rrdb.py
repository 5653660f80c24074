"""Residual-in-residual dense blocks: the generator of ESRGAN, and a network for fidelity by itself.

Source: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", ECCVW 2018,
arXiv:1809.00219, section 3.1 and figure 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.subpixel import stages_of
from superres.models.architecture import Architecture, Tiling

NEGATIVE_SLOPE = 0.2
RESIDUAL_SCALE = 0.2
DENSE_BLOCKS = 3
CONVOLUTIONS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class RRDBConfig:
    """Hyperparameters; the defaults are the paper's network."""

    scale: int = 4
    channels: int = 3
    width: int = 64
    growth: int = 32
    """Channels that each convolution of a dense block adds."""
    blocks: int = 23

    def __post_init__(self) -> None:
        stages_of(self.scale)
        if min(self.channels, self.width, self.growth, self.blocks) < 1:
            raise InvalidConfigError(f"every size of an RRDB network must be at least 1, got {self}")


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees all before it; a fifth of their answer is added."""

    def __init__(self, config: RRDBConfig) -> None:
        super().__init__()
        widths = [config.width + place * config.growth for place in range(CONVOLUTIONS)]
        outputs = [later - earlier for earlier, later in pairwise(widths)] + [config.width]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(width, output, kernel_size=3, padding=1) for width, output in zip(widths, outputs, strict=True)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        *growing, last = self.convolutions
        seen = features
        for convolution in growing:
            seen = torch.cat([seen, functional.leaky_relu(convolution(seen), NEGATIVE_SLOPE)], dim=1)
        return features + RESIDUAL_SCALE * last(seen)


class ResidualInResidualBlock(nn.Module):
    """Three dense blocks; a fifth of their answer is added."""

    def __init__(self, config: RRDBConfig) -> None:
        super().__init__()
        self.dense = nn.Sequential(*(DenseBlock(config) for _ in range(DENSE_BLOCKS)))

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return features + RESIDUAL_SCALE * self.dense(features)


class NearestUpsampling(nn.Module):
    """Every pixel repeated, then a convolution."""

    def __init__(self, width: int, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.convolution = nn.Conv2d(width, width, kernel_size=3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to (N, width, factor·H, factor·W)."""
        repeated = functional.interpolate(features, scale_factor=float(self.factor), mode="nearest")
        return functional.leaky_relu(self.convolution(repeated), NEGATIVE_SLOPE)


class RRDB(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: RRDBConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.head = nn.Conv2d(config.channels, width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(ResidualInResidualBlock(config) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.upsample = nn.Sequential(*(NearestUpsampling(width, factor) for factor in stages_of(config.scale)))
        self.refine = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.restore = nn.Conv2d(width, config.channels, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        features = self.head(low)
        large = self.upsample(self.tail(self.blocks(features)) + features)
        return self.restore(functional.leaky_relu(self.refine(large), NEGATIVE_SLOPE))


def _tiling(config: RRDBConfig) -> Tiling:
    # Head, tail, all convolutions of all blocks, and those of the enlargement, each one pixel further.
    return Tiling(minimum_size=1, grid=1, overlap=DENSE_BLOCKS * CONVOLUTIONS * config.blocks + 6, is_exact=True)


ARCHITECTURE = Architecture(
    name="rrdb",
    config=RRDBConfig,
    network=RRDB,
    source="arXiv:1809.00219",
    variants={f"rrdb_x{scale}": RRDBConfig(scale=scale) for scale in (2, 4)},
    tiling=_tiling,
)
