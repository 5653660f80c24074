"""Deep Recursive Residual Network: one residual unit twenty-five times, always added to where it began.

Source: Tai et al., "Image Super-Resolution via Deep Recursive Residual Network", CVPR 2017, section 3. Each pass
through the shared convolutions has normalisations of its own, and convolutions have biases, as in the authors'
network definition (github.com/tyshiwo/DRRN_CVPR17, DRRN_B1U25_52C128).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.upsampling.interpolation import InterpolationUpsampling
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class DRRNConfig:
    """Hyperparameters; the defaults are the paper's B1U25 for luminance."""

    scale: int = 2
    """Of the interpolation alone; one set of weights serves every scale."""
    channels: int = 1
    width: int = 128
    blocks: int = 1
    """The paper's B: recursive blocks, each with weights of its own."""
    units: int = 25
    """The paper's U: passes through the residual unit of a block."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width, self.blocks, self.units) < 1:
            raise InvalidConfigError(f"every size of a DRRN must be at least 1, got {self}")

    @property
    def depth(self) -> int:
        """Convolutions on the longest way through the network."""
        return (1 + 2 * self.units) * self.blocks + 1


def _activation(width: int) -> nn.Sequential:
    """What goes before a convolution here."""
    return nn.Sequential(nn.BatchNorm2d(width), nn.ReLU())


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)


class RecursiveBlock(nn.Module):
    """A convolution, and a residual unit of two that is passed again and again."""

    def __init__(self, inputs: int, width: int, units: int) -> None:
        super().__init__()
        self.activation = _activation(inputs)
        self.enter = _convolution(inputs, width)
        self.first_activations = nn.ModuleList(_activation(width) for _ in range(units))
        self.first = _convolution(width, width)
        self.second_activations = nn.ModuleList(_activation(width) for _ in range(units))
        self.second = _convolution(width, width)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, width, H, W)."""
        entered = self.enter(self.activation(features))
        features = entered
        for first_activation, second_activation in zip(self.first_activations, self.second_activations, strict=True):
            inner = self.first(first_activation(features))
            features = entered + self.second(second_activation(inner))  # the block's start, not the unit's
        return features


class DRRN(nn.Module):
    """Values in [0, 1] in and out, not clipped; sides of at least two pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: DRRNConfig) -> None:
        super().__init__()
        self.config = config
        widths = (config.channels, *[config.width] * (config.blocks - 1))
        self.interpolate = InterpolationUpsampling(config.scale)
        self.blocks = nn.Sequential(*(RecursiveBlock(inputs, config.width, config.units) for inputs in widths))
        self.activation = _activation(config.width)
        self.leave = _convolution(config.width, config.channels)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        interpolated = self.interpolate(low)
        return interpolated + self.leave(self.activation(self.blocks(interpolated)))


def _tiling(config: DRRNConfig) -> Tiling:
    context = InterpolationUpsampling.MINIMUM_SIZE
    overlap = -(-config.depth // config.scale) + context
    return Tiling(minimum_size=context, grid=1, overlap=overlap, is_exact=True)


ARCHITECTURE = Architecture(
    name="drrn",
    config=DRRNConfig,
    network=DRRN,
    source="Tai et al., CVPR 2017",
    variants={f"drrn_x{scale}": DRRNConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    colour="luma",
)
