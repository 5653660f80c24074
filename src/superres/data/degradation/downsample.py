"""Bicubic reduction, the degradation of the classical benchmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError
from superres.image.resize import resize_integers


def bicubic_reduction(pixels: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """An 8-bit image reduced as MATLAB's `imresize` does, bit by bit.

    Args:
        pixels: (H, W, C), uint8; at a whole scale both sides are multiples of it.
        scale: Factor, at least 1.

    Returns:
        (round(H / scale), round(W / scale), C).

    Raises:
        InvalidImageError: If a side is no multiple of a whole scale.
    """
    height, width = pixels.shape[:2]
    if scale != int(scale):
        return resize_integers(pixels, size=(round(height / scale), round(width / scale)))
    if height % scale or width % scale:
        raise InvalidImageError(
            f"an image of {width}×{height} pixels cannot be reduced ×{scale:g}; crop it to a multiple of it first"
        )
    return resize_integers(pixels, scale=1 / scale)
