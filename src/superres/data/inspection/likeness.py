"""Pictures that are the same but for size, compression or a cropped border.

A difference hash finds who may be alike: 64 bits, each whether brightness rises from one of 9×8 cells to the next. Then
pixels decide, in case two skies happen to have one hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superres.data.inspection.luma import Luma, luma_of

SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Central crops that are recognised, as parts of the sides, with the image's own proportions or square; what lies
between them is found as well."""

_SMALL = 128
"""Longer side of the image that is remembered [pixels]."""
_HASH_DISTANCE = 14
"""Bits in which two hashes of one picture may differ; those of two Kodak photographs differ in 15 at least."""
_CELLS = 32
"""Side of the images whose correlation decides."""
_SAME_FROM = 0.94
"""Correlation that decides. A picture has 0.98 and more with its own reduction, JPEG or crop; two Kodak photographs
have 0.72 at most."""
_FLAT_BELOW = 2.0
"""Standard deviation under which an image shows nothing to compare, in 8-bit units."""

Window = tuple[float, float]
"""Parts of height and width, in the middle of an image."""
_WHOLE: Window = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is remembered of a picture."""

    small: NDArray[np.uint8]
    """Its brightness, the longer side 128 pixels at most."""
    hashes: tuple[int, ...]
    """Of the whole first, then of its central crops; none where it is flat."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two pictures that are one."""

    first: int
    second: int
    """Their places among those that were compared."""


def sight(pixels: NDArray[np.uint8]) -> Sight:
    """Remember a picture, (H, W, 3)."""
    small = np.rint(_reduced(luma_of(pixels))).astype(np.uint8)
    if small.std() < _FLAT_BELOW:
        return Sight(small, ())
    windows = [_window(small.shape, small.shape, share) for share in SHARES]
    windows += [_window(small.shape, (1, 1), share) for share in SHARES]
    return Sight(small, tuple(_hash(_cells(small, window, 8, 9)) for window in windows))


def repeated(sights: Sequence[Sight]) -> Iterator[Alike]:
    """Pairs among them that show the same picture as a whole, the first before the second."""
    hashed = [index for index, each in enumerate(sights) if each.hashes]
    hashes = np.array([sights[index].hashes[0] for index in hashed], np.uint64)
    for place, first in enumerate(hashed):
        near = np.flatnonzero(np.bitwise_count(hashes[place + 1 :] ^ hashes[place]) <= _HASH_DISTANCE)
        for second in (hashed[place + 1 + int(step)] for step in near):
            if _correlation(sights[first], sights[second], _WHOLE) >= _SAME_FROM:
                yield Alike(first, second)


def shared(sights: Sequence[Sight], others: Sequence[Sight]) -> Iterator[Alike]:
    """Pairs across two sets that show the same picture, or of which one is the middle of the other."""
    hashed = [index for index, each in enumerate(others) if each.hashes]
    hashes = np.array([others[index].hashes for index in hashed], np.uint64).reshape(len(hashed), 2 * len(SHARES))
    for first, seen in enumerate(sights):
        if not seen.hashes:
            continue
        own = np.array(seen.hashes, np.uint64)
        as_whole = np.bitwise_count(hashes ^ own[0]).min(axis=1, initial=64)
        as_part = np.bitwise_count(hashes[:, :1] ^ own).min(axis=1, initial=64)
        for place in np.flatnonzero(np.minimum(as_whole, as_part) <= _HASH_DISTANCE):
            if _is_part_of(seen, others[hashed[place]]) or _is_part_of(others[hashed[place]], seen):
                yield Alike(first, hashed[place])


def _is_part_of(part: Sight, whole: Sight) -> bool:
    """Whether a picture is the middle of another, or all of it."""
    shares = np.arange(SHARES[-1] - 0.05, 1.005, 0.01)
    windows = (_window(whole.small.shape, part.small.shape, min(float(share), 1.0)) for share in shares)
    return any(_correlation(part, whole, window) >= _SAME_FROM for window in windows)


def _window(shape: tuple[int, ...], proportions: tuple[int, ...], share: float) -> Window:
    """The middle of an image with the proportions of another, as parts of height and width."""
    ratio = proportions[0] * shape[1] / (proportions[1] * shape[0])
    return share * min(1.0, ratio), share * min(1.0, 1 / ratio)


def _correlation(first: Sight, second: Sight, window: Window) -> float:
    """Of the whole first with a central window of the second."""
    one = _cells(first.small, _WHOLE, _CELLS, _CELLS).ravel()
    two = _cells(second.small, window, _CELLS, _CELLS).ravel()
    one, two = one - one.mean(), two - two.mean()
    scale = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float(one @ two) / scale if scale else 0.0


def _hash(cells: Luma) -> int:
    return int.from_bytes(np.packbits(cells[:, 1:] > cells[:, :-1]).tobytes(), "big")


def _reduced(luma: Luma) -> Luma:
    """Means over squares, so that the longer side has at most twice the pixels, then over cells."""
    steps = [min(side, max(1, max(luma.shape) // (2 * _SMALL))) for side in luma.shape]
    height, width = (side // step for side, step in zip(luma.shape, steps, strict=True))
    whole = luma[: height * steps[0], : width * steps[1]]
    coarse = whole.reshape(height, steps[0], width, steps[1]).mean(axis=(1, 3))
    factor = min(1.0, _SMALL / max(coarse.shape))
    return _cells(coarse, _WHOLE, *(max(1, round(side * factor)) for side in coarse.shape))


def _cells(image: NDArray[np.generic], window: Window, rows: int, columns: int) -> Luma:
    """Means over equal cells of a central window of an image, by differences of its integral."""
    integral = np.zeros((image.shape[0] + 1, image.shape[1] + 1))
    integral[1:, 1:] = image.cumsum(0, dtype=np.float64).cumsum(1)
    for axis, (share, count) in enumerate(zip(window, (rows, columns), strict=True)):
        length = image.shape[axis]
        edges = np.linspace((1 - share) * length / 2, (1 + share) * length / 2, count + 1)
        below = np.minimum(edges.astype(int), length - 1)
        part = np.expand_dims(edges - below, 1 - axis)
        integral = integral.take(below, axis) * (1 - part) + integral.take(below + 1, axis) * part
        integral = np.diff(integral, axis=axis) * (count / (share * length))
    return integral
