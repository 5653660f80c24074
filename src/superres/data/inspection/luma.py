"""Brightness, as the inspections of this room see images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.float64]
"""(H, W), 0 to 255."""


def luma_of(pixels: NDArray[np.uint8]) -> Luma:
    """The Y that JPEG has (BT.601, full range) of (H, W, 3)."""
    return np.matmul(pixels, np.array([0.299, 0.587, 0.114]), dtype=np.float64)


def middle(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The square in the middle of (H, W, C), of this side or of the shorter one of the image; a view."""
    height, width = pixels.shape[:2]
    side = min(side, height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return pixels[top : top + side, left : left + side]
