"""Aligned patches: a piece of the low-resolution image, and the same piece of the high one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def cut(low: Pixels, high: Pixels, *, top: int, left: int, side: int, scale: int) -> tuple[Pixels, Pixels]:
    """Cut a square out of a pair of images; views.

    Args:
        low: (h, w, C).
        high: (scale·h, scale·w, C).
        top: First row, in low-resolution pixels.
        left: First column, in low-resolution pixels.
        side: Of the square, in low-resolution pixels.
        scale: Of the pair.

    Returns:
        (side, side, C) and (scale·side, scale·side, C).
    """
    rows, columns = slice(top, top + side), slice(left, left + side)
    high_rows, high_columns = (slice(scale * part.start, scale * part.stop) for part in (rows, columns))
    return low[rows, columns], high[high_rows, high_columns]
