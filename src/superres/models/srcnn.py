"""Super-Resolution Convolutional Neural Network: three convolutions on an image that bicubic interpolation enlarged.

Source: Dong et al., "Image Super-Resolution Using Deep Convolutional Networks", arXiv:1501.00092, section 3.1; the
middle kernel of 5 is the larger network of section 4.3. As the authors' test code does, convolutions repeat the edge.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.interpolation import InterpolationUpsampling
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class SRCNNConfig:
    """Hyperparameters; the defaults are the paper's luminance network 9-1-5."""

    scale: int = 3
    channels: int = 1
    widths: tuple[int, int] = (64, 32)
    kernel_sizes: tuple[int, int, int] = (9, 1, 5)

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, *self.widths, *self.kernel_sizes) < 1:
            raise InvalidConfigError(f"every size of an SRCNN must be at least 1, got {self}")
        if not all(side % 2 for side in self.kernel_sizes):
            raise InvalidConfigError(f"kernels of an SRCNN need odd sides, got {self.kernel_sizes}")


class SRCNN(nn.Module):
    """Values in [0, 1] in and out, not clipped; sides of at least two pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: SRCNNConfig) -> None:
        super().__init__()
        self.config = config
        many, few = config.widths
        first, second, third = config.kernel_sizes
        self.interpolate = InterpolationUpsampling(config.scale)
        self.extract = _convolution(config.channels, many, first)
        self.map = _convolution(many, few, second)
        self.reconstruct = _convolution(few, config.channels, third)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        patches = functional.relu(self.extract(self.interpolate(low)))
        return self.reconstruct(functional.relu(self.map(patches)))


def _convolution(channels: int, width: int, side: int) -> nn.Conv2d:
    return nn.Conv2d(channels, width, side, padding=side // 2, padding_mode="replicate")


def _tiling(config: SRCNNConfig) -> Tiling:
    reach = sum(side // 2 for side in config.kernel_sizes)
    context = InterpolationUpsampling.MINIMUM_SIZE
    return Tiling(minimum_size=context, grid=1, overlap=-(-reach // config.scale) + context, is_exact=True)


ARCHITECTURE = Architecture(
    name="srcnn",
    config=SRCNNConfig,
    network=SRCNN,
    source="arXiv:1501.00092",
    variants={
        f"srcnn_9{middle}5_x{scale}": SRCNNConfig(scale=scale, kernel_sizes=(9, middle, 5))
        for middle in (1, 5)
        for scale in (2, 3, 4)
    },
    tiling=_tiling,
    colour="luma",
)
