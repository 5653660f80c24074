"""Colours under transparent pixels.

Files hold anything there, often black, and a network would draw it into the visible edge. Before
enlarging, invisible pixels take the colour of their nearest visible surroundings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superres.image.picture import Integers

Values = NDArray[np.float32]


def bleed(pixels: Integers, alpha: Integers) -> Integers:
    """Fill fully transparent pixels with the mean colour of the smallest block around them that shows any.

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
    filled = _filled(pixels.astype(np.float32) * weight, weight)
    return np.where(hidden[..., None], np.rint(filled).astype(pixels.dtype), pixels)


def _filled(colour: Values, weight: Values) -> Values:
    """Weighted colours and their weights, (H, W, C) and (H, W, 1), to colours that are defined everywhere."""
    own = colour / np.maximum(weight, np.float32(1e-6))
    if min(weight.shape[:2]) == 1 or weight.all():
        mean = colour.sum((0, 1)) / np.maximum(weight.sum(), np.float32(1e-6))
        return np.where(weight > 0, own, mean)
    coarse = _filled(_halved(colour), _halved(weight))
    spread = coarse.repeat(2, 0).repeat(2, 1)[: weight.shape[0], : weight.shape[1]]
    return np.where(weight > 0, own, spread)


def _halved(values: Values) -> Values:
    """Sums over 2×2 blocks; a missing row or column counts as nothing."""
    even = np.pad(values, ((0, values.shape[0] % 2), (0, values.shape[1] % 2), (0, 0)))
    return even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
