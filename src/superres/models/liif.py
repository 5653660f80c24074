"""Local implicit image function: a perceptron answers for any place between the features of four pixels.

Source: Chen et al., "Learning Continuous Image Representation with Local Implicit Image Function", CVPR 2021,
arXiv:2012.09161, section 3: equation 4 (local ensemble), feature unfolding and cell decoding. The encoder is EDSR's
baseline without its enlargement (arXiv:1707.02921).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import floor

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.image.scaling import enlarged, exact
from superres.models.architecture import Architecture, Tiling
from superres.models.edsr import EDSRConfig, ResidualBlock

STRIP = 65536
"""Output pixels that are answered for at a time, at scales that are not whole: 0.3 GB at work."""
PLACE = 4
"""Numbers that say where an output pixel is: its offset from an input pixel, and its own height and width."""
SMALLEST_AREA = 1e-9
"""Added to each neighbour's weight, as in the authors' code: where all four are zero, they count alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LIIFConfig:
    """Hyperparameters; the defaults are the paper's, with EDSR's baseline as the encoder."""

    scale: int = 4
    """Where none is asked for."""
    channels: int = 3
    width: int = 64
    blocks: int = 16
    hidden: int = 256
    """Width of the perceptron."""
    depth: int = 4
    """Its hidden layers."""

    def __post_init__(self) -> None:
        sizes = min(self.scale, self.width, self.blocks, self.hidden, self.depth)
        if sizes < 1 or self.channels not in (1, 3):
            raise InvalidConfigError(f"a LIIF needs channels of 1 or 3 and sizes of at least 1, got {self}")


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Along one axis, the input pixels before and behind each place of the output; at the border the last is both."""

    index: Tensor
    """(2, ...)."""
    offset: Tensor
    """(2, ...), from their centres to the place [half pixels], in [-2, 2]."""

    @classmethod
    def of(cls, places: Tensor, length: int) -> _Neighbours:
        """Of places along an axis of this many pixels."""
        behind = (places + 1).long()  # no place lies before -1
        index = torch.stack([behind - 1, behind]).clamp(0, length - 1)
        return cls(index, (2 * (places - index)).float())


class LIIF(nn.Module):
    """RGB or luma in [0, 1] in and out, not clipped.

    The perceptron's first layer sums what it makes of the unfolded features and of the place. The former is computed
    once for each input pixel: as a convolution.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: LIIFConfig) -> None:
        super().__init__()
        self.config = config
        block = EDSRConfig(channels=config.channels, width=config.width, blocks=config.blocks)
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(block) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.of_features = nn.Conv2d(config.width, config.hidden, kernel_size=3, padding=1)
        self.of_place = nn.Linear(PLACE, config.hidden, bias=False)
        # Both are columns of one layer, and begin as those.
        bound = (9 * config.width + PLACE) ** -0.5
        nn.init.uniform_(self.of_place.weight, -bound, bound)
        self.inner = nn.ModuleList(nn.Linear(config.hidden, config.hidden) for _ in range(config.depth - 1))
        self.last = nn.Linear(config.hidden, config.channels)

    def forward(self, low: Tensor, scale: float | None = None) -> Tensor:
        """(N, C, H, W) to (N, C, round(scale·H), round(scale·W)); the configuration's scale where none is given."""
        scale = scale or self.config.scale
        features, ratio = self._encoded(low), exact(scale)
        if ratio.denominator == 1:
            return self._by_phases(features, ratio.numerator)
        return self._by_strips(features, scale)

    def query(self, low: Tensor, rows: Tensor, columns: Tensor, scale: float) -> Tensor:
        """Some pixels of the output alone, as the network is trained.

        Args:
            low: (N, C, H, W).
            rows: (N, P), rows of the output.
            columns: (N, P), columns of the output.
            scale: Of the whole output.

        Returns:
            (N, C, P).
        """
        features = self._encoded(low).permute(0, 2, 3, 1)
        height, width = features.shape[1:3]
        image = torch.arange(len(low), device=low.device)[:, None]
        down, across = _Neighbours.of(_places(rows, scale), height), _Neighbours.of(_places(columns, scale), width)
        near = [[features[image, row, column] for column in across.index] for row in down.index]
        return self._blended(down, across, near, scale).transpose(1, 2)

    def _encoded(self, low: Tensor) -> Tensor:
        """What the first layer makes of each input pixel; (N, hidden, H, W)."""
        features = self.head(2 * low - 1)
        return self.of_features(self.tail(self.blocks(features)) + features)

    def _by_phases(self, features: Tensor, scale: int) -> Tensor:
        """At whole scales: for each place inside a pixel all pixels at once, then depth to space."""
        batch, _, height, width = features.shape
        padded = functional.pad(features, (1, 1, 1, 1), mode="replicate").permute(0, 2, 3, 1)
        phases = [(phase + 0.5) / scale - 0.5 for phase in range(scale)]
        rows = torch.arange(height, device=features.device)[None, :, None]
        columns = torch.arange(width, device=features.device)[None, None]
        downs = [_Neighbours.of(rows + phase, height) for phase in phases]
        acrosses = [_Neighbours.of(columns + phase, width) for phase in phases]
        answers: list[Tensor] = []
        for (y, down), (x, across) in product(zip(phases, downs, strict=True), zip(phases, acrosses, strict=True)):
            top, left = 1 + floor(y), 1 + floor(x)
            near = [
                [padded[:, top + row : top + row + height, left + column : left + column + width] for column in (0, 1)]
                for row in (0, 1)
            ]
            answers.append(self._blended(down, across, near, scale))
        blocks = torch.stack(answers, dim=-1).unflatten(-1, (scale, scale))  # (N, H, W, C, scale, scale)
        return blocks.permute(0, 3, 1, 4, 2, 5).reshape(batch, -1, scale * height, scale * width)

    def _by_strips(self, features: Tensor, scale: float) -> Tensor:
        """At other scales: a few rows of the output at a time."""
        features = features.permute(0, 2, 3, 1)
        batch, height, width, _ = features.shape
        rows, columns = (
            _places(torch.arange(enlarged(side, scale), device=features.device), scale) for side in (height, width)
        )
        across = _Neighbours.of(columns[None, None], width)
        answers: list[Tensor] = []
        for strip in rows.split(max(1, STRIP // (batch * len(columns)))):
            down = _Neighbours.of(strip[None, :, None], height)
            near = [
                [features[:, row.flatten()][:, :, column.flatten()] for column in across.index] for row in down.index
            ]
            answers.append(self._blended(down, across, near, scale))
        return torch.cat(answers, dim=1).permute(0, 3, 1, 2)

    def _blended(
        self, down: _Neighbours, across: _Neighbours, near: Sequence[Sequence[Tensor]], scale: float
    ) -> Tensor:
        """The answers from four neighbours, each weighed by the area that its opposite spans with the place.

        Args:
            down: The neighbours along the height.
            across: The neighbours along the width.
            near: What the first layer makes of the four, rows of columns; (..., hidden).
            scale: An output pixel is 2 / scale half pixels high and wide.

        Returns:
            (..., C), in [0, 1].
        """
        cell = across.offset.new_tensor(2 / scale)
        total = weights = torch.zeros((), device=cell.device)
        for row in (0, 1):  # both columns at once: fewer steps, at half the memory of all four
            place = torch.stack(torch.broadcast_tensors(down.offset[row], across.offset, cell, cell), dim=-1)
            answers = self._answer(torch.stack(list(near[row])) + self.of_place(place))
            area = (down.offset[1 - row] * across.offset.flip(0)).abs()[..., None] + SMALLEST_AREA
            total, weights = total + (area * answers).sum(dim=0), weights + area.sum(dim=0)
        return (total / weights + 1) / 2

    def _answer(self, hidden: Tensor) -> Tensor:
        """From the first layer's answer to the colour; (..., hidden) to (..., C)."""
        for layer in self.inner:
            hidden = layer(hidden.relu())
        return self.last(hidden.relu())


def _places(pixels: Tensor, scale: float) -> Tensor:
    """Where centres of output pixels lie [input pixels], in 64 bit, so that tiles count as the whole does."""
    return (pixels.double() + 0.5) / scale - 0.5


def _tiling(config: LIIFConfig) -> Tiling:
    # Head, two convolutions a block, tail, unfolding, and the neighbour behind, each one pixel further.
    return Tiling(minimum_size=1, grid=1, overlap=2 * config.blocks + 4, is_exact=True)


ARCHITECTURE = Architecture(
    name="liif",
    config=LIIFConfig,
    network=LIIF,
    source="arXiv:2012.09161",
    variants={"liif_edsr_baseline": LIIFConfig()},
    tiling=_tiling,
    highest_scale=30.0,
)
