"""Aligned patches: a piece of the low-resolution image, and the same piece of the high one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superres.data.degradation.pipeline import Degradation

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


def degraded(image: Pixels, degradation: Degradation, *, top: int, left: int, side: int) -> Pixels:
    """The low-resolution patch of a degradation, as if the whole image had been degraded.

    What the filters see around the patch is degraded with it and cut off then, as far as the image goes. Noise and
    blocks of compression are the patch's own.

    Args:
        image: (H, W, C), at high resolution.
        degradation: Its scale divides the side.
        top: First row of the patch, in high-resolution pixels.
        left: First column.
        side: Of the patch, in high-resolution pixels.

    Returns:
        (side / scale, side / scale, C).
    """
    scale, margin = degradation.scale, degradation.margin
    rows, columns = (
        _window(start, side, length, scale, margin) for start, length in zip((top, left), image.shape[:2], strict=True)
    )
    low = degradation(image[rows, columns])
    first_row, first_column = (top - rows.start) // scale, (left - columns.start) // scale
    return low[first_row : first_row + side // scale, first_column : first_column + side // scale]


def _window(start: int, side: int, length: int, scale: int, margin: int) -> slice:
    """A patch and its surroundings along one axis, whole low-resolution pixels away from it."""
    before, behind = min(margin, start // scale), min(margin, (length - start - side) // scale)
    return slice(start - scale * before, start + side + scale * behind)
