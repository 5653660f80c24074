"""Multi-level Wavelet CNN: a U-Net that shrinks its features by Haar wavelets, so that nothing is lost on the way down.

Source: Liu et al., "Multi-level Wavelet-CNN for Image Restoration", arXiv:1805.07071, figure 2; where normalisations
and biases stand follows the authors' code (github.com/lpj0/MWCNN, net_wavelet_haart_24).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.interpolation import InterpolationUpsampling
from superres.layers.wavelet import SUBBANDS, HaarPadding, haar, inverse_haar
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class MWCNNConfig:
    """Hyperparameters; the defaults are the paper's luminance network of 24 layers."""

    scale: int = 2
    """Of the interpolation before the network."""
    channels: int = 1
    widths: tuple[int, ...] = (160, 256, 256)
    """Channels of each level; at each the image is halved once more."""
    depth: int = 4
    """Convolutions of each level, on the way down and again on the way up."""

    def __post_init__(self) -> None:
        if not self.widths or min(self.scale, self.channels, self.depth, *self.widths) < 1:
            raise InvalidConfigError(f"an MWCNN needs a level, and every size at least 1, got {self}")

    @property
    def levels(self) -> int:
        """How often the image is halved."""
        return len(self.widths)


class Layer(nn.Module):
    """A 3×3 convolution, normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, *, is_normalised: bool = True) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)
        self.normalise = nn.BatchNorm2d(outputs) if is_normalised else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        return functional.relu(self.normalise(self.convolution(features)))


class MWCNN(nn.Module):
    """Values in [0, 1] in and out, not clipped; sides of at least two pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: MWCNNConfig) -> None:
        super().__init__()
        self.config = config
        # What a level takes apart into subbands: the image, then the features of the level before.
        whole = (config.channels, *config.widths)
        self.interpolate = InterpolationUpsampling(config.scale)
        self.pad = HaarPadding(config.levels, config.scale)
        self.contract = nn.ModuleList(
            _layers([SUBBANDS * before, *[width] * config.depth], first_is_normalised=level > 0)
            for level, (before, width) in enumerate(pairwise(whole))
        )
        self.expand = nn.ModuleList(
            _layers([*[width] * config.depth, SUBBANDS * before]) for before, width in pairwise(whole[1:])
        )
        self.finish = _layers([config.widths[0]] * config.depth)
        self.tail = nn.Conv2d(config.widths[0], SUBBANDS * config.channels, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        interpolated = self.interpolate(low)
        features = self.pad(interpolated)
        taken_apart: list[Tensor] = []
        for layers in self.contract:
            taken_apart.append(haar(features))
            features = layers(taken_apart[-1])
        for layers, subbands in zip(reversed(self.expand), reversed(taken_apart[1:]), strict=True):
            features = inverse_haar(subbands + layers(features))
        high = inverse_haar(taken_apart[0] + self.tail(self.finish(features)))
        return high[..., : interpolated.shape[-2], : interpolated.shape[-1]]


def _layers(widths: Sequence[int], *, first_is_normalised: bool = True) -> nn.Sequential:
    return nn.Sequential(
        *(
            Layer(before, after, is_normalised=first_is_normalised or index > 0)
            for index, (before, after) in enumerate(pairwise(widths))
        )
    )


def _tiling(config: MWCNNConfig) -> Tiling:
    context = InterpolationUpsampling.MINIMUM_SIZE
    block = 2**config.levels
    # A pixel of level 1 is two output pixels wide, one of level 2 four …; a block of the last level is seen whole.
    reach = 2 * config.depth * sum(2**level for level in range(1, config.levels + 1)) + block - 1
    grid = block // gcd(block, config.scale)
    overlap = -(-reach // config.scale) + context
    return Tiling(minimum_size=context, grid=grid, overlap=-(-overlap // grid) * grid, is_exact=True)


ARCHITECTURE = Architecture(
    name="mwcnn",
    config=MWCNNConfig,
    network=MWCNN,
    source="arXiv:1805.07071",
    variants={f"mwcnn_x{scale}": MWCNNConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    colour="luma",
)
