"""Resizing as MATLAB's `imresize` does it, at any scale, for NumPy arrays and tensors alike.

Source of the definition: MATLAB documentation of `imresize`, and its port in BasicSR and KAIR. On 8-bit
images the result equals MATLAB's bit by bit; see `resize_bytes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil
from typing import Any, Literal, TypeVar

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError, unknown_name
from superres.image.pixels import round_half_up

Kernel = Literal["nearest", "area", "bilinear", "bicubic", "lanczos2", "lanczos3"]
Image = TypeVar("Image", bound=Any)
Values = NDArray[np.float64]


def _box(x: Values) -> Values:
    return ((x >= -0.5) & (x < 0.5)).astype(np.float64)


def _triangle(x: Values) -> Values:
    return np.maximum(1 - np.abs(x), 0)


def _cubic(x: Values) -> Values:
    """Keys' kernel with a = -0.5."""
    a = np.abs(x)
    near = 1.5 * a**3 - 2.5 * a**2 + 1
    far = -0.5 * a**3 + 2.5 * a**2 - 4 * a + 2
    return np.where(a <= 1, near, np.where(a <= 2, far, 0))


def _lanczos(lobes: int) -> Callable[[Values], Values]:
    return lambda x: np.where(np.abs(x) < lobes, np.sinc(x) * np.sinc(x / lobes), 0)


_KERNELS: Mapping[str, tuple[Callable[[Values], Values], float]] = {
    "nearest": (_box, 1),
    "area": (_box, 1),
    "bilinear": (_triangle, 2),
    "bicubic": (_cubic, 4),
    "lanczos2": (_lanczos(2), 4),
    "lanczos3": (_lanczos(3), 6),
}
KERNELS = tuple(_KERNELS)
"""Names of the kernels."""


def resize(
    image: Image,
    *,
    scale: float | tuple[float, float] | None = None,
    size: tuple[int, int] | None = None,
    kernel: Kernel = "bicubic",
    antialias: bool = True,
) -> Image:
    """Resize an image of floating-point values.

    Args:
        image: (..., H, W), a NumPy array or a tensor.
        scale: Factor, or one each for height and width; the result has ceil(side × factor) pixels.
        size: Height and width of the result, in place of a scale.
        kernel: How pixels are weighted; `nearest` never averages.
        antialias: Whether the kernel is stretched when the image shrinks.

    Returns:
        An image of the same kind. Values may leave the range of the input where the kernel overshoots.

    Raises:
        InvalidRequestError: If not exactly one of scale and size is given, or one is not positive.
        UnknownNameError: If no kernel is called so.
    """
    for axis, (length, factor) in zip((-2, -1), _targets(image.shape[-2:], scale, size), strict=True):
        image = _along(image, axis, *_taps(image.shape[axis], length, factor, kernel, antialias))
    return image


def resize_bytes(
    pixels: NDArray[np.uint8],
    *,
    scale: float | tuple[float, float] | None = None,
    size: tuple[int, int] | None = None,
    kernel: Kernel = "bicubic",
    antialias: bool = True,
) -> NDArray[np.uint8]:
    """Resize an 8-bit image; the bicubic result equals MATLAB's bit by bit.

    MATLAB rounds to 8 bit after each of the two passes, rows first when both scales are equal.

    Args:
        pixels: (H, W) or (H, W, C), uint8.
        scale: See `resize`.
        size: See `resize`.
        kernel: See `resize`.
        antialias: See `resize`.

    Returns:
        The same layout. Raises as `resize` does.
    """
    for axis, (length, factor) in enumerate(_targets(pixels.shape[:2], scale, size)):
        taps = _taps(pixels.shape[axis], length, factor, kernel, antialias)
        pixels = round_half_up(_along(pixels.astype(np.float64), axis, *taps), np.uint8)
    return pixels


def _targets(
    sides: tuple[int, ...], scale: float | tuple[float, float] | None, size: tuple[int, int] | None
) -> tuple[tuple[int, float], ...]:
    """Length and factor of each axis."""
    if (scale is None) == (size is None):
        raise InvalidRequestError("resizing needs a scale or a size, and not both")
    if size is not None:
        targets = tuple((length, length / side) for length, side in zip(size, sides, strict=True))
    else:
        factors = scale if isinstance(scale, tuple) else (scale, scale)
        targets = tuple((ceil(side * factor), factor) for side, factor in zip(sides, factors, strict=True))  # type: ignore[operator]
    if any(length < 1 or factor <= 0 for length, factor in targets):
        raise InvalidRequestError(f"resizing needs positive scales and sizes, got scale {scale}, size {size}")
    return targets


@lru_cache(maxsize=64)
def _taps(side: int, length: int, factor: float, kernel: str, antialias: bool) -> tuple[NDArray[np.int64], Values]:
    """For each output position: the input positions it reads, and their weights, both (length, taps)."""
    if kernel not in _KERNELS:
        raise unknown_name("kernel", kernel, KERNELS)
    function, support = _KERNELS[kernel]
    stretch = min(factor, 1.0) if antialias and kernel != "nearest" else 1.0
    support /= stretch
    centres = np.arange(1, length + 1) / factor + 0.5 * (1 - 1 / factor)
    first = np.floor(centres - support / 2)
    positions = first[:, None] + np.arange(ceil(support) + 2)
    weights = stretch * function(stretch * (centres[:, None] - positions))
    weights /= weights.sum(axis=1, keepdims=True)
    mirrored = np.concatenate([np.arange(side), np.arange(side)[::-1]])[(positions.astype(np.int64) - 1) % (2 * side)]
    used = np.flatnonzero((weights != 0).any(axis=0))
    return np.ascontiguousarray(mirrored[:, used]), np.ascontiguousarray(weights[:, used])


def _along(image: Any, axis: int, positions: NDArray[np.int64], weights: Values) -> Any:
    """Weighted sums along one axis, tap by tap, so that memory stays at two copies."""
    space: Any = array_api_compat.array_namespace(image)
    device: Any = array_api_compat.device(image)
    shape = [1] * image.ndim
    shape[axis] = len(positions)
    total: Any = None
    for tap in range(positions.shape[1]):
        taken = space.take(image, space.asarray(positions[:, tap], device=device), axis=axis)
        term = taken * space.reshape(space.asarray(weights[:, tap], dtype=image.dtype, device=device), tuple(shape))
        total = term if total is None else total + term
    return total
