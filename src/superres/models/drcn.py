"""Deeply-Recursive Convolutional Network: one convolution sixteen times, and every pass may speak.

Source: Kim et al., "Deeply-Recursive Convolutional Network for Image Super-Resolution", arXiv:1511.04491,
section 3. No ReLU follows the reconstruction's last convolution: with the skip connection it makes a residual, which
must be free to darken.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.interpolation import InterpolationUpsampling
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class DRCNConfig:
    """Hyperparameters; the defaults are the paper's luminance network."""

    scale: int = 2
    """Of the interpolation alone; the weights have the same shapes at every scale."""
    channels: int = 1
    width: int = 256
    recursions: int = 16
    """Passes through the shared convolution, each with a prediction."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width, self.recursions) < 1:
            raise InvalidConfigError(f"every size of a DRCN must be at least 1, got {self}")


class DRCN(nn.Module):
    """Values in [0, 1] in and out, not clipped; sides of at least two pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: DRCNConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.interpolate = InterpolationUpsampling(config.scale)
        self.embed = nn.ModuleList([_convolution(config.channels, width), _convolution(width, width)])
        self.infer = _convolution(width, width)
        self.reconstruct = nn.ModuleList([_convolution(width, width), _convolution(width, config.channels)])
        self.shares = nn.Parameter(torch.full((config.recursions,), 1 / config.recursions))
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        # As the authors begin: a recursion that changes nothing, so that sixteen of them neither fade nor explode.
        for parameter in self.infer.parameters():
            nn.init.zeros_(parameter)
        nn.init.dirac_(self.infer.weight)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self._shared(self.predictions(low))

    def training_answers(self, low: Tensor, done: float) -> list[tuple[Tensor, float]]:
        """The answer, weighing 1 - α, and every recursion's prediction, weighing α / recursions (section 3.2).

        The paper lets α fall from a high value, without figures; here it falls linearly from 1 to 0.

        Args:
            low: (N, C, H, W).
            done: Share of the training that is done, 1 - α.
        """
        predictions = self.predictions(low)
        each = (1 - done) / self.config.recursions
        return [(self._shared(predictions), done), *((prediction, each) for prediction in predictions)]

    def _shared(self, predictions: list[Tensor]) -> Tensor:
        return (self.shares[:, None, None, None, None] * torch.stack(predictions)).sum(dim=0)

    def predictions(self, low: Tensor) -> list[Tensor]:
        """The image after every recursion, all of full size. Training compares each of them too."""
        interpolated = self.interpolate(low)
        features = interpolated
        for convolution in self.embed:
            features = functional.relu(convolution(features))
        images: list[Tensor] = []
        for _ in range(self.config.recursions):
            features = functional.relu(self.infer(features))
            images.append(interpolated + self._residual(features))
        return images

    def _residual(self, features: Tensor) -> Tensor:
        hidden, last = self.reconstruct
        return last(functional.relu(hidden(features)))


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)


def _tiling(config: DRCNConfig) -> Tiling:
    # Two convolutions before the recursions and two after them, on the enlarged image.
    context = InterpolationUpsampling.MINIMUM_SIZE
    overlap = -(-(config.recursions + 4) // config.scale) + context
    return Tiling(minimum_size=context, grid=1, overlap=overlap, is_exact=True)


ARCHITECTURE = Architecture(
    name="drcn",
    config=DRCNConfig,
    network=DRCN,
    source="arXiv:1511.04491",
    variants={f"drcn_x{scale}": DRCNConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    colour="luma",
)
