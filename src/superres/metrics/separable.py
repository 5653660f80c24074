"""Gaussian means of any size over whole windows, tap by tap along each axis.

On the processor a sum of shifted images takes a fifth of the time of PyTorch's convolution of one channel; the 11
taps of SSIM have a faster way still, see `superres.metrics.windows`.
"""

from __future__ import annotations

from math import exp

from torch import Tensor


def gaussian_taps(size: int, deviation: float) -> tuple[float, ...]:
    """An odd number of taps, summing to 1."""
    values = [exp(-((position - size // 2) ** 2) / (2 * deviation**2)) for position in range(size)]
    return tuple(value / sum(values) for value in values)


def separable_means(images: Tensor, taps: tuple[float, ...]) -> Tensor:
    """Means over whole windows; (..., H, W) to (..., H - size + 1, W - size + 1)."""
    return _along(_along(images, taps, -2), taps, -1)


def _along(images: Tensor, taps: tuple[float, ...], axis: int) -> Tensor:
    length = images.shape[axis] - len(taps) + 1
    total = images.narrow(axis, 0, length) * taps[0]
    for start, tap in enumerate(taps[1:], start=1):
        total = total.add(images.narrow(axis, start, length), alpha=tap)
    return total
