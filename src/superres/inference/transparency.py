"""Colours under transparent pixels.

Files hold anything there, often black, and a network would draw it into the visible edge. Before
enlarging, invisible pixels take the colour of their nearest visible surroundings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superres.image.picture import Integers, Layout
from superres.image.strips import Strips, Window

Values = NDArray[np.float32]

_LEVELS = 7
BLOCK = 2**_LEVELS
"""Pixels farther than this from all that shows keep what they have: no network sees them beside a visible one."""
_BLOCKS = 4
"""Of a strip."""


def bled(strips: Strips, layout: Layout) -> Strips:
    """Fill fully transparent pixels, as `bleed` does with the image as a whole.

    Args:
        strips: With alpha.
        layout: What they are.
    """
    window = Window(strips)
    for top in range(0, layout.height, _BLOCKS * BLOCK):
        bottom = min(top + _BLOCKS * BLOCK, layout.height)
        first, last = max(0, top - BLOCK), min(layout.height, bottom + BLOCK)
        rows = window.rows(first, last)
        filled = bleed(rows[..., :-1], rows[..., -1])[top - first : bottom - first]
        yield np.concatenate([filled, rows[top - first : bottom - first, :, -1:]], axis=2)


def bleed(pixels: Integers, alpha: Integers) -> Integers:
    """Fill fully transparent pixels with the mean colour of the smallest block around them that shows any.

    Blocks have sides of powers of two, to `BLOCK`, and lie on a grid; where the largest shows nothing, it and its eight
    neighbours count together.

    Args:
        pixels: (H, W, C), integers.
        alpha: (H, W), of the same type; 0 is transparent.

    Returns:
        The same layout; pixels that show at all are as they were.
    """
    hidden = alpha == 0
    if not hidden.any() or hidden.all():
        return pixels
    weight = (alpha / np.float32(np.iinfo(alpha.dtype).max)).astype(np.float32)[..., None]
    filled = _filled(pixels.astype(np.float32) * weight, weight, _LEVELS)
    return np.where(hidden[..., None] & (filled >= 0), np.rint(np.maximum(filled, 0)).astype(pixels.dtype), pixels)


def _filled(colour: Values, weight: Values, levels: int) -> Values:
    """Weighted colours and their weights, (H, W, C) and (H, W, 1), to colours; -1 where there are none."""
    if levels == 0:
        colour, weight = (np.where(weight > 0, values, _around(values)) for values in (colour, weight))
    own = np.where(weight > 0, colour / np.maximum(weight, np.float32(1e-6)), np.float32(-1))
    if levels == 0 or weight.all():
        return own
    coarse = _filled(_halved(colour), _halved(weight), levels - 1)
    spread = coarse.repeat(2, 0).repeat(2, 1)[: weight.shape[0], : weight.shape[1]]
    return np.where(weight > 0, own, spread)


def _around(values: Values) -> Values:
    """Sums over 3×3 neighbours; beyond the edge is nothing."""
    height, width = values.shape[:2]
    wide = np.pad(values, ((1, 1), (1, 1), (0, 0)))
    return sum((wide[y : y + height, x : x + width] for y in range(3) for x in range(3)), np.zeros_like(values))


def _halved(values: Values) -> Values:
    """Sums over 2×2 blocks; a missing row or column counts as nothing."""
    even = np.pad(values, ((0, values.shape[0] % 2), (0, values.shape[1] % 2), (0, 0)))
    return even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
