"""Resizing as MATLAB's `imresize` does it, at any scale, for NumPy arrays and tensors alike.

Source of the definition: MATLAB documentation of `imresize`, and its port in BasicSR and KAIR. On 8-bit
images the result equals MATLAB's bit by bit; see `resize_integers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import ceil, inf
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError, InvalidRequestError, unknown_name
from superres.image.arrays import namespace_of
from superres.image.picture import Integers
from superres.image.pixels import round_half_up
from superres.image.strips import Strips, Window

Kernel = Literal["nearest", "area", "bilinear", "bicubic", "lanczos2", "lanczos3"]
Image = TypeVar("Image", bound=Any)
Values = NDArray[np.float64]
Manner = tuple[Kernel, bool, bool]
"""The kernel, whether it is stretched when the image shrinks, and whether opposite edges go on into each other."""


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

_STRIP = 32
"""Rows that are worked on at a time, so that the 64-bit intermediates of a large image stay small."""


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
        InvalidImageError: If the values are integers.
        InvalidRequestError: If not exactly one of scale and size is given, or one is not positive.
        UnknownNameError: If no kernel is called so.
    """
    space: Any = namespace_of(image)
    if not space.isdtype(image.dtype, "real floating"):
        raise InvalidImageError(f"resize needs floating-point values, got {image.dtype}; resize_integers takes pixels")
    for axis, (length, factor) in zip((-2, -1), _targets(image.shape[-2:], scale, size), strict=True):
        image = _along(image, axis, *_taps(image.shape[axis], length, factor, (kernel, antialias, False)), image.dtype)
    return image


def resize_integers(
    pixels: Integers,
    *,
    scale: float | tuple[float, float] | None = None,
    size: tuple[int, int] | None = None,
    kernel: Kernel = "bicubic",
    antialias: bool = True,
) -> Any:
    """Resize an image of 8 or 16 bit; the bicubic result equals MATLAB's bit by bit.

    MATLAB rounds to integers after each of the two passes, and begins with the axis that shrinks more, or
    with the rows.

    Args:
        pixels: (H, W) or (H, W, C), uint8 or uint16.
        scale: See `resize`.
        size: See `resize`.
        kernel: See `resize`.
        antialias: See `resize`.

    Returns:
        The same layout and type. Raises as `resize` does, and InvalidImageError for any other type.
    """
    if pixels.dtype.name not in ("uint8", "uint16"):
        raise InvalidImageError(f"resize_integers needs pixels of uint8 or uint16, got {pixels.dtype}; see resize")
    targets = _targets(pixels.shape[:2], scale, size)
    strips = _resized(iter([pixels]), pixels.shape[:2], targets, (kernel, antialias, False))
    result = np.empty((targets[0][0], targets[1][0], *pixels.shape[2:]), pixels.dtype)
    top = 0
    for strip in strips:
        result[top : top + len(strip)] = strip
        top += len(strip)
    return result


def resize_strips(
    strips: Strips,
    height: int,
    width: int,
    *,
    size: tuple[int, int],
    kernel: Kernel = "bicubic",
    antialias: bool = True,
    wraps: bool = False,
) -> Strips:
    """Resize an image of 8 or 16 bit while its rows come; the same values as `resize_integers` gives.

    Args:
        strips: The image.
        height: Of it [pixels].
        width: Of it [pixels].
        size: See `resize`.
        kernel: See `resize`.
        antialias: See `resize`.
        wraps: Whether opposite edges go on into each other, instead of being mirrored. All rows are held then.
    """
    return _resized(strips, (height, width), _targets((height, width), None, size), (kernel, antialias, wraps))


def _resized(strips: Strips, sides: Sequence[int], targets: Sequence[tuple[int, float]], manner: Manner) -> Strips:
    """Both axes, each rounded; the one that shrinks more first."""
    passes = (_down, _across)
    for axis in sorted((0, 1), key=lambda axis: targets[axis][1]):
        strips = passes[axis](strips, *_taps(sides[axis], *targets[axis], manner))
    return strips


def _targets(
    sides: Sequence[int], scale: float | tuple[float, float] | None, size: tuple[int, int] | None
) -> tuple[tuple[int, float], ...]:
    """Length and factor of each axis."""
    if size is not None and scale is None:
        targets = tuple((length, length / side) for length, side in zip(size, sides, strict=True))
    elif scale is not None and size is None:
        factors = scale if isinstance(scale, tuple) else (scale, scale)
        targets = tuple((_length(side, factor), factor) for side, factor in zip(sides, factors, strict=True))
    else:
        raise InvalidRequestError("resizing needs a scale or a size, and not both")
    if any(length < 1 for length, _ in targets):
        raise InvalidRequestError(f"resizing needs positive scales and sizes, got scale {scale}, size {size}")
    return targets


def _length(side: int, factor: float) -> int:
    """Pixels of the result, or 0 if the factor is no positive number."""
    return ceil(side * factor) if 0 < factor < inf else 0


@lru_cache(maxsize=64)
def _taps(side: int, length: int, factor: float, manner: Manner) -> tuple[NDArray[np.int64], Values]:
    """For each output position: the input positions it reads, and their weights, both (length, taps)."""
    kernel, antialias, wraps = manner
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
    inside = np.tile(np.arange(side), 2) if wraps else np.concatenate([np.arange(side), np.arange(side)[::-1]])
    inside = inside[(positions.astype(np.int64) - 1) % (2 * side)]
    used = np.flatnonzero((weights != 0).any(axis=0))
    return np.ascontiguousarray(inside[:, used]), np.ascontiguousarray(weights[:, used])


def _down(strips: Strips, positions: NDArray[np.int64], weights: Values) -> Strips:
    """Weighted sums of rows in float64, rounded to the type of the pixels."""
    window = Window(strips)
    for start in range(0, len(positions), _STRIP):
        rows = slice(start, start + _STRIP)
        # At the lower edge positions may turn back: rows that are needed again are kept.
        first, last = int(positions[start:].min()), int(positions[rows].max())
        source = window.rows(first, last + 1)
        values = _along(source, 0, positions[rows] - first, weights[rows], np.float64)
        yield round_half_up(values, source.dtype)


def _across(strips: Strips, positions: NDArray[np.int64], weights: Values) -> Strips:
    """Weighted sums of columns, likewise."""
    for strip in strips:
        for start in range(0, len(strip), _STRIP):
            part = strip[start : start + _STRIP]
            yield round_half_up(_along(part, 1, positions, weights, np.float64), part.dtype)


def _along(image: Any, axis: int, positions: NDArray[np.int64], weights: Values, dtype: Any) -> Any:
    """Weighted sums along one axis, tap by tap, so that memory stays at two copies."""
    space: Any = namespace_of(image)
    device: Any = image.device  # pyright: ignore[reportAttributeAccessIssue] - of both libraries
    shape = [1] * image.ndim
    shape[axis] = len(positions)
    total: Any = None
    for tap in range(positions.shape[1]):
        taken = space.take(image, space.asarray(positions[:, tap], device=device), axis=axis)
        term = taken * space.reshape(space.asarray(weights[:, tap], dtype=dtype, device=device), tuple(shape))
        total = term if total is None else total + term
    return total
