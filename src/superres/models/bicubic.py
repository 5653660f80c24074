"""Interpolation as a network: nothing is learned, every other network is measured against it.

Source: Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, with a = -0.5, as MATLAB's
`imresize` has it; also its nearest and bilinear kernels. `superres.inference.backends.interpolation` gives the same
answers without PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.upsampling.interpolation import Interpolation, InterpolationUpsampling
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class BicubicConfig:
    """What there is to choose."""

    scale: int = 4
    channels: int = 3
    kernel: Interpolation = "bicubic"

    def __post_init__(self) -> None:
        if min(self.scale, self.channels) < 1:
            raise InvalidConfigError(f"interpolation needs a scale and channels of at least 1, got {self}")
        if self.kernel not in get_args(Interpolation):
            raise InvalidConfigError(
                f"an image is interpolated by one of {', '.join(get_args(Interpolation))}, got {self.kernel!r}"
            )


class Bicubic(nn.Module):
    """Values in [0, 1] in and out, not clipped; channels are enlarged one by one.

    Args:
        config: Scale and kernel.
    """

    def __init__(self, config: BicubicConfig) -> None:
        super().__init__()
        self.config = config
        self.enlarge = InterpolationUpsampling(config.scale, config.kernel)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self.enlarge(low)


def _tiling(_config: BicubicConfig) -> Tiling:
    # The cubic kernel reads two pixels to each side.
    return Tiling(minimum_size=InterpolationUpsampling.MINIMUM_SIZE, grid=1, overlap=2, is_exact=True)


ARCHITECTURE = Architecture(
    name="bicubic",
    config=BicubicConfig,
    network=Bicubic,
    source="Keys, IEEE TASSP 1981",
    variants={f"bicubic_x{scale}": BicubicConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    needs_weights=False,
)
