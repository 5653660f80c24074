"""Deep Wavelet Super-Resolution: convolutions learn what the Haar subbands of the interpolated image lack.

Source: Guo et al., "Deep Wavelet Prediction for Image Super-resolution", CVPR Workshops 2017; the 5×5 kernels of the
first convolution are those of the authors' code (github.com/tT0NG/DWSRx4).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.interpolation import InterpolationUpsampling
from superres.layers.wavelet import SUBBANDS, HaarPadding, haar, inverse_haar
from superres.models.architecture import Architecture, Tiling

HEAD_REACH = 2
"""Of the first convolution's 5×5 kernels [pixels of a subband]."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DWSRConfig:
    """Hyperparameters; the defaults are the paper's luminance network."""

    scale: int = 2
    channels: int = 1
    width: int = 64
    depth: int = 10
    """Convolutions between the first and the last."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width, self.depth) < 1:
            raise InvalidConfigError(f"every size of a DWSR must be at least 1, got {self}")


class DWSR(nn.Module):
    """Values in [0, 1] in and out, not clipped; sides of at least two pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: DWSRConfig) -> None:
        super().__init__()
        self.config = config
        width, subbands = config.width, SUBBANDS * config.channels
        self.interpolate = InterpolationUpsampling(config.scale)
        self.pad = HaarPadding(1, config.scale)
        self.head = nn.Conv2d(subbands, width, kernel_size=2 * HEAD_REACH + 1, padding=HEAD_REACH)
        self.body = nn.ModuleList(nn.Conv2d(width, width, kernel_size=3, padding=1) for _ in range(config.depth))
        self.tail = nn.Conv2d(width, subbands, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        interpolated = self.interpolate(low)
        subbands = haar(self.pad(interpolated))
        features = functional.relu(self.head(subbands))
        for convolution in self.body:
            features = functional.relu(convolution(features))
        high = inverse_haar(subbands + self.tail(features))
        return high[..., : interpolated.shape[-2], : interpolated.shape[-1]]


def _tiling(config: DWSRConfig) -> Tiling:
    context = InterpolationUpsampling.MINIMUM_SIZE
    reach = 2 * (HEAD_REACH + config.depth + 1) + 1
    # Blocks of two by two output pixels lie in a tile as they lie in the whole.
    grid = 1 + config.scale % 2
    overlap = -(-reach // config.scale) + context
    return Tiling(minimum_size=context, grid=grid, overlap=-(-overlap // grid) * grid, is_exact=True)


ARCHITECTURE = Architecture(
    name="dwsr",
    config=DWSRConfig,
    network=DWSR,
    source="Guo et al., CVPRW 2017",
    variants={f"dwsr_x{scale}": DWSRConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    colour="luma",
)
