"""Spatial attention: each place weighted by what lies there and around it.

Sources: CBAM (arXiv:1807.06521, section 3) for the plain form. For the enhanced one, whose mask comes from a strongly
pooled, thin copy of the features: RFANet (CVPR 2020, section 3.2) for the idea; RFDN (arXiv:2009.11551, the authors'
code) for three convolutions on the pooled map; RLFN (arXiv:2205.07514, section 3.2) for a single one.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.cells import between_cells

AttentionForm = Literal["grid", "stretch"]

POOL_STRIDE = 6
"""Distance of two cells of the pooled map, in pixels: a stride of 2 and a pooling stride of 3."""

POOL_CENTRE = 7
"""Pixel on which the first pooled cell is centred: its window covers pixels 0 to 14."""

MINIMUM_SIZE = 15
"""The smallest side [pixels] that gives a pooled map of one cell."""

_MARGIN = 2  # cells replicated on each side: 12 pixels, enough for the 7 before and at most 12 after


class SpatialAttention(nn.Module):
    """CBAM's: multiplies each place by a weight in (0, 1), drawn from the mean and the maximum of its channels.

    Args:
        kernel_size: Of the one convolution, odd.

    Raises:
        InvalidConfigError: If it is even.
    """

    def __init__(self, kernel_size: int = 7) -> None:
        super().__init__()
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise InvalidConfigError(f"a place lies in the middle of an odd kernel, got one of {kernel_size}")
        self.weigh = nn.Conv2d(2, 1, kernel_size=kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        seen = torch.cat([features.mean(dim=1, keepdim=True), features.amax(dim=1, keepdim=True)], dim=1)
        return features * self.weigh(seen).sigmoid()


class EnhancedSpatialAttention(nn.Module):
    """Multiplies features by a mask in (0, 1) that sees about 50 pixels around each place.

    The two forms differ in how the pooled map returns to full size:

    * `stretch`, as published: the map is stretched to the size of the input. The place of a cell then
      depends on the size of the image, and a tile never agrees with the whole.
    * `grid`: cell j stays where it was pooled, centred on pixel 6 j + 7, with borders replicated.
      Tiles that start at multiples of 6 then agree with the whole image.

    Args:
        width: Channels of the features.
        reduced_width: Channels of the thin copy.
        form: `grid` or `stretch`.
        pooled_convolutions: How many convolutions the pooled map passes, with ReLU between them.
    """

    def __init__(
        self, width: int, reduced_width: int = 16, form: AttentionForm = "grid", pooled_convolutions: int = 1
    ) -> None:
        super().__init__()
        self.form: AttentionForm = form
        self.reduce = nn.Conv2d(width, reduced_width, kernel_size=1)
        self.skip = nn.Conv2d(reduced_width, reduced_width, kernel_size=1)
        self.shrink = nn.Conv2d(reduced_width, reduced_width, kernel_size=3, stride=2)
        self.pooled = _pooled_convolution(reduced_width, form)
        self.deeper = nn.ModuleList(_pooled_convolution(reduced_width, form) for _ in range(pooled_convolutions - 1))
        self.expand = nn.Conv2d(reduced_width, width, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """Features weighted by their mask; (N, C, H, W) with H, W >= 15 to the same shape."""
        reduced = self.reduce(features)
        pooled = functional.max_pool2d(self.shrink(reduced), kernel_size=7, stride=3)
        mixed = self.pooled(pooled)
        for convolution in self.deeper:
            mixed = convolution(functional.relu(mixed))
        size = (features.shape[-2], features.shape[-1])
        returned = _stretch(mixed, *size) if self.form == "stretch" else _place(mixed, *size)
        return features * self.expand(returned + self.skip(reduced)).sigmoid()


def _pooled_convolution(width: int, form: AttentionForm) -> nn.Conv2d:
    # On the grid replicated borders, not zeros: zeros would tell the network where a tile ends.
    padding = "zeros" if form == "stretch" else "replicate"
    return nn.Conv2d(width, width, kernel_size=3, padding=1, padding_mode=padding)


def _stretch(cells: Tensor, height: int, width: int) -> Tensor:
    return functional.interpolate(cells, size=(height, width), mode="bilinear", align_corners=False)


def _place(cells: Tensor, height: int, width: int) -> Tensor:
    margin = functional.pad(cells, (_MARGIN, _MARGIN, _MARGIN, _MARGIN), mode="replicate")
    placed = between_cells(between_cells(margin, (POOL_STRIDE, 1)), (1, POOL_STRIDE))
    start = POOL_STRIDE * _MARGIN - POOL_CENTRE
    return placed[..., start : start + height, start : start + width]
