"""Images that hold less than their pixels promise: enlarged once, or out of focus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superres.data.inspection.luma import luma_of, middle

EMPTY_BELOW = 7e-4
"""The 24 Kodak photographs have 2e-3 at least; reduced and enlarged again ×2, ×3 or ×4, 5e-4 at most, whether bilinear,
bicubic or Lanczos."""

_SIDE = 512
_LOW, _HIGH = (0.05, 0.10), ((0.30, 0.35), (0.42, 0.50))
"""Bands of frequency [cycles per pixel]. Plain enlargers fold some spectrum into one of the high ones, not both."""


def spectrum_filling(pixels: NDArray[np.uint8]) -> float:
    """Power at high frequencies over power at low ones; photographs fall off steadily, enlarged ones break off.

    An enlargement by less than about 1.7 does not show.

    Args:
        pixels: (H, W, 3); the middle 512 pixels are looked at.

    Returns:
        From 0; 1 where nothing but noise is there, or the image is smaller than 32 pixels.
    """
    luma = luma_of(middle(pixels, _SIDE))
    side = len(luma)
    if side < 32:
        return 1.0
    window = np.hanning(side)
    power = np.abs(np.fft.rfft2((luma - luma.mean()) * np.outer(window, window))) ** 2
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    low = _mean_power(power, radius, _LOW)
    if low == 0:
        return 1.0
    return min(_mean_power(power, radius, band) for band in _HIGH) / low


def _mean_power(power: NDArray[np.float64], radius: NDArray[np.float64], band: tuple[float, float]) -> float:
    return float(power[(radius >= band[0]) & (radius < band[1])].mean())
