"""Bicubic reduction, the degradation of the classical benchmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError
from superres.image.resize import resize_integers


def bicubic_reduction(pixels: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """An 8-bit image reduced as MATLAB's `imresize` does, bit by bit.

    Args:
        pixels: (H, W, C), uint8; both sides multiples of the scale.
        scale: Integer factor.

    Returns:
        (H / scale, W / scale, C).

    Raises:
        InvalidImageError: If a side is no multiple of the scale.
    """
    height, width = pixels.shape[:2]
    if height % scale or width % scale:
        raise InvalidImageError(
            f"an image of {width}×{height} pixels cannot be reduced ×{scale}; crop it to a multiple of {scale} first"
        )
    return resize_integers(pixels, scale=1 / scale)
