"""Tiles: an image cut on a grid, so that the pieces together are the whole. Knows rectangles only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from superres.errors import InvalidRequestError


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of an image [pixels]."""

    top: int
    left: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """First column right of it."""
        return self.left + self.width

    def times(self, scale: int) -> Rectangle:
        """The same part of an enlarged image."""
        return Rectangle(self.top * scale, self.left * scale, self.height * scale, self.width * scale)

    def within(self, outer: Rectangle) -> Rectangle:
        """The same part, counted from the corner of an outer rectangle."""
        return Rectangle(self.top - outer.top, self.left - outer.left, self.height, self.width)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Of the rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, slots=True)
class Tile:
    """What the network sees, and the part of it that is kept."""

    source: Rectangle
    kept: Rectangle


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    length: int
    kept_start: int
    kept_length: int


def plan_tiles(height: int, width: int, *, size: int, overlap: int, grid: int) -> tuple[Tile, ...]:
    """Cut an image into tiles, row by row.

    Every source starts at multiples of the grid; kept rectangles cover each pixel once and lie at
    least `overlap` inside their source, except at the image's own edges; all sources have one shape,
    so that an engine compiles once.

    Args:
        height: Of the image [pixels].
        width: Of the image [pixels].
        size: Largest side of a source [pixels].
        overlap: Context around what is kept [pixels].
        grid: See above [pixels].

    Raises:
        InvalidRequestError: If a tile of this size would keep nothing, or a number is too small to make sense.
    """
    if min(height, width, grid) < 1 or overlap < 0:
        raise InvalidRequestError(
            f"tiles need an image, a grid of at least 1 and an overlap of at least 0, got {width}×{height} pixels, "
            f"grid {grid}, overlap {overlap}"
        )
    if size < 2 * overlap + 2 * grid:
        raise InvalidRequestError(
            f"tiles of {size} pixels keep nothing with an overlap of {overlap}; use at least {2 * overlap + 2 * grid}"
        )
    rows, columns = _spans(height, size, overlap, grid), _spans(width, size, overlap, grid)
    return tuple(
        Tile(
            Rectangle(row.start, column.start, row.length, column.length),
            Rectangle(row.kept_start, column.kept_start, row.kept_length, column.kept_length),
        )
        for row in rows
        for column in columns
    )


def _spans(length: int, size: int, overlap: int, grid: int) -> list[_Span]:
    if length <= size:
        return [_Span(0, length, 0, length)]
    # The largest side that makes the last start, length - side, a multiple of the grid as well.
    side = size - (size - length) % grid
    last = (length - side) // grid
    longest_step = (side - 2 * overlap) // grid
    steps = -(-last // longest_step)
    starts = [grid * (index * last // steps) for index in range(steps + 1)]
    # Neighbours meet in the middle of what they share.
    cuts = [0, *((start + side + following) // 2 for start, following in pairwise(starts)), length]
    return [_Span(start, side, cut, end - cut) for start, (cut, end) in zip(starts, pairwise(cuts), strict=True)]
