"""The only place where integer pixels (H, W, C) and floating-point planes (C, H, W) meet."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def to_planes(pixels: NDArray[np.uint8 | np.uint16]) -> NDArray[np.float32]:
    """Integer pixels as planes.

    Args:
        pixels: (H, W, C), uint8 or uint16.

    Returns:
        (C, H, W), contiguous, in [0, 1].
    """
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)
    planes /= np.iinfo(pixels.dtype).max
    return planes


def to_integers(planes: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Planes as integer pixels, rounded half away from zero and clipped.

    MATLAB rounds so; NumPy and PyTorch round halves to even.

    Args:
        planes: (C, H, W), floating point; white is 1.
        dtype: uint8 or uint16.

    Returns:
        (H, W, C).
    """
    # Turned over last, when the values are small.
    return np.ascontiguousarray(round_half_up(planes * np.float32(np.iinfo(dtype).max), dtype).transpose(1, 2, 0))


def round_half_up(values: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Values in units of the integer type, rounded half away from zero and clipped to its range.

    Args:
        values: Floating point, of any shape; left as they are.
        dtype: uint8 or uint16.
    """
    rounded = values + values.dtype.type(0.5)
    np.floor(rounded, out=rounded)
    np.clip(rounded, 0, np.iinfo(dtype).max, out=rounded)
    return rounded.astype(dtype)


def to_eight_bit(pixels: NDArray[np.uint8 | np.uint16]) -> NDArray[np.uint8]:
    """16-bit values as the nearest 8-bit ones; 8-bit values as they are."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    # 65535 = 257 · 255, so that there are no halves.
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
