"""Blur kernels: Gaussian, generalised Gaussian, plateau, and the circular low-pass (sinc) that leaves rings.

Forms as in Real-ESRGAN (arXiv:2107.10833, section 3.1 and equation 5). Each kernel is (size, size), float64, sums to 1
and is symmetric about its centre; that of an even size lies between four pixels.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidConfigError

Kernel = NDArray[np.float64]


def gaussian(size: int, widths: tuple[float, float], angle: float = 0.0) -> Kernel:
    """A Gaussian, round or drawn out.

    Args:
        size: Of the kernel [pixels].
        widths: Standard deviations along the two axes of the ellipse [pixels]; the same twice for a round one.
        angle: From the columns' direction (rightwards) towards the rows' (downwards), of the first axis [radians].

    Raises:
        InvalidConfigError: If size or a width is not positive.
    """
    return generalised_gaussian(size, widths, angle, 1.0)


def generalised_gaussian(size: int, widths: tuple[float, float], angle: float, shape: float) -> Kernel:
    """exp(-d^shape / 2), where d is the squared distance in units of the widths.

    Args:
        size: See `gaussian`.
        widths: See `gaussian`; standard deviations where the shape is 1.
        angle: See `gaussian`.
        shape: 1 is a Gaussian; lower is more pointed with longer tails, higher is flatter.

    Raises:
        InvalidConfigError: See `gaussian`.
    """
    return _normalised(np.exp(-0.5 * _squared_distances(size, widths, angle) ** _positive("shape", shape)))


def plateau(size: int, widths: tuple[float, float], angle: float, shape: float) -> Kernel:
    """1 / (1 + d^shape): flat in the middle, where d is the squared distance in units of the widths.

    Args and errors are those of `generalised_gaussian`.
    """
    return _normalised(1 / (1 + _squared_distances(size, widths, angle) ** _positive("shape", shape)))


def sinc(size: int, cutoff: float) -> Kernel:
    """The ideal circular low-pass, cut off at the kernel's edge: c J1(c r) / (2 π r) at a distance r.

    Args:
        size: See `gaussian`.
        cutoff: c [radians per pixel], 0 to π; frequencies above are removed, and edges ring.

    Raises:
        InvalidConfigError: If the size is not positive, or the cutoff is not within its range.
    """
    if not 0 < cutoff <= pi:
        raise InvalidConfigError(f"the cutoff of a sinc kernel lies in (0, π], got {cutoff}")
    down, across = _offsets(size)
    distances = np.hypot(down, across)
    far = np.maximum(distances, 1e-9)
    values = cutoff * bessel_one(cutoff * far) / (2 * pi * far)
    return _normalised(np.where(distances < 1e-9, cutoff**2 / (4 * pi), values))


def bessel_one(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Bessel function J1, for |x| up to 100.

    It is the mean of cos(t - x sin t) over a turn; on equal steps the mean of a periodic analytic function converges
    faster than any power of their number, so that 256 give all digits.
    """
    turn = np.arange(256) * (2 * pi / 256)
    return np.cos(turn - x[..., None] * np.sin(turn)).mean(axis=-1)


def _squared_distances(size: int, widths: tuple[float, float], angle: float) -> Kernel:
    down, across = _offsets(size)
    first = (cos(angle) * across + sin(angle) * down) / _positive("width", widths[0])
    second = (cos(angle) * down - sin(angle) * across) / _positive("width", widths[1])
    return first**2 + second**2


@lru_cache(maxsize=64)
def _offsets(size: int) -> tuple[Kernel, Kernel]:
    """Rows' and columns' distances from the centre [pixels]."""
    line = np.arange(_positive("size", size)) - (size - 1) / 2
    down, across = np.meshgrid(line, line, indexing="ij")
    return down, across


def _normalised(kernel: Kernel) -> Kernel:
    return kernel / kernel.sum()


def _positive(what: str, value: float) -> float:
    if not value > 0:
        raise InvalidConfigError(f"the {what} of a kernel must be above 0, got {value}")
    return value
