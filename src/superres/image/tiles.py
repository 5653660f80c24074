"""Tiles: an image cut on a grid, so that the pieces together are the whole. Knows rectangles only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from superres.errors import InvalidRequestError
from superres.image.scaling import enlarged


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

    def times(self, scale: float) -> Rectangle:
        """The same part of an enlarged image; edges lie where `enlarged` has them."""
        sides = (self.top, self.bottom, self.left, self.right)
        top, bottom, left, right = (enlarged(side, scale) for side in sides)
        return Rectangle(top, left, bottom - top, right - left)

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


_NEARLY = 1.03
"""Tiles that together have as much more pixels than the fewest are as good."""


def plan_tiles(height: int, width: int, *, size: int, overlap: int, grid: int, minimum: int = 1) -> tuple[Tile, ...]:
    """Cut an image into tiles, row by row.

    Every source starts at multiples of the grid; kept rectangles cover each pixel once and lie at
    least `overlap` inside their source, except at the image's own edges; all sources have one shape,
    so that an engine compiles once. Of all shapes that a tile may have, the one is taken with which all tiles together
    have the fewest pixels: context costs as much as what is kept.

    Args:
        height: Of the image [pixels].
        width: Of the image [pixels].
        size: Side of the square that has as many pixels as a source may have [pixels].
        overlap: Context around what is kept [pixels].
        grid: See above [pixels].
        minimum: Smallest side of a source, unless the image's is smaller [pixels].

    Raises:
        InvalidRequestError: If a tile of this size would keep nothing, or a number is too small to make sense.
    """
    if min(height, width, grid) < 1 or overlap < 0:
        raise InvalidRequestError(
            f"tiles need an image, a grid of at least 1 and an overlap of at least 0, got {width}×{height} pixels, "
            f"grid {grid}, overlap {overlap}"
        )
    least = max(2 * overlap + grid, minimum)
    if size < least + grid:  # sides differ from the image's by multiples of the grid
        raise InvalidRequestError(
            f"tiles of {size} pixels keep nothing with an overlap of {overlap}; use at least {least + grid}"
        )
    rows, columns = _best(_cuts(height, least, overlap, grid), _cuts(width, least, overlap, grid), size * size)
    return tuple(
        Tile(
            Rectangle(row.start, column.start, row.length, column.length),
            Rectangle(row.kept_start, column.kept_start, row.kept_length, column.kept_length),
        )
        for row in rows.spans()
        for column in columns.spans()
    )


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    length: int
    kept_start: int
    kept_length: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """One axis of an image, cut into spans of one length."""

    length: int
    """Of the axis."""
    side: int
    """Of a span; the axis less the side is a multiple of the grid, so that the last span starts on it as well."""
    count: int
    grid: int

    @property
    def total(self) -> int:
        """Pixels of all spans."""
        return self.side * self.count

    def spans(self) -> list[_Span]:
        """From the first to the last."""
        last, steps = (self.length - self.side) // self.grid, max(1, self.count - 1)
        starts = [self.grid * (index * last // steps) for index in range(self.count)]
        # Neighbours meet in the middle of what they share.
        cuts = [0, *((start + self.side + following) // 2 for start, following in pairwise(starts)), self.length]
        return [
            _Span(start, self.side, cut, end - cut) for start, (cut, end) in zip(starts, pairwise(cuts), strict=True)
        ]


def _cuts(length: int, least: int, overlap: int, grid: int) -> list[_Cut]:
    """All that make sense, from the whole axis in one span to spans of the least length."""
    cuts = [_Cut(length, length, 1, grid)]
    # The largest side that is at most as large as another, so that the last span starts on the grid.
    for side in range(length - grid, least - 1, -grid):
        longest_step = (side - 2 * overlap) // grid
        count = 1 - (side - length) // grid // longest_step
        if count == cuts[-1].count:  # as many of fewer pixels
            cuts.pop()
        cuts.append(_Cut(length, side, count, grid))
    return cuts


def _best(rows: list[_Cut], columns: list[_Cut], pixels: int) -> tuple[_Cut, _Cut]:
    """The cuts of both axes with the least work.

    Of nearly equal ones those into lower tiles, of which the first row is done sooner.
    """
    if rows[0].side * columns[0].side <= pixels:
        return rows[0], columns[0]
    pairs: list[tuple[_Cut, _Cut]] = []
    place = len(columns) - 1
    for row in rows:  # the lower the tiles, the wider they may be
        while place > 0 and columns[place - 1].side * row.side <= pixels:
            place -= 1
        if columns[place].side * row.side <= pixels:
            pairs.append((row, columns[place]))
    least = min(row.total * column.total for row, column in pairs)
    good = [pair for pair in pairs if pair[0].total * pair[1].total <= _NEARLY * least]
    large = [pair for pair in good if 2 * pair[0].side * pair[1].side >= pixels]
    return min(large or good, key=lambda pair: pair[0].side)
