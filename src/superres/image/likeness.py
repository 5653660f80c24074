"""Mean colours of the parts of a picture, to be compared with those of another of it in another size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.image.picture import Integers, Layout, white_of

_PARTS = 8
"""Along each axis."""
_LEAST = 16
"""Pixels a side of a part."""


class Means:
    """Of a picture whose strips pass.

    Args:
        layout: Of it.
        step: Of the pixels that are taken, along each axis; that of a picture enlarged as often sees as many.
    """

    def __init__(self, layout: Layout, step: int = 1) -> None:
        self._layout, self._step = layout, step
        smaller = min(layout.height, layout.width) // step
        self._parts = _PARTS if smaller >= _PARTS * _LEAST else 1
        colours = layout.channels - layout.has_alpha
        self._sums = np.zeros((self._parts, self._parts, colours))
        self._counts = np.zeros((self._parts, self._parts, 1))
        self._columns = self._edges(layout.width)
        self._top = 0

    @property
    def values(self) -> NDArray[Any]:
        """Of each part and colour, from 0 to 255; transparent pixels count as black."""
        return self._sums / np.maximum(self._counts, 1)

    def see(self, strip: Integers) -> None:
        """Take the next rows."""
        first = -self._top % self._step
        rows = np.arange(self._top + first, self._top + len(strip), self._step)
        taken = strip[first :: self._step, :: self._step].astype(np.float32) * np.float32(255 / white_of(strip))
        if self._layout.has_alpha:
            taken = taken[..., :-1] * (taken[..., -1:] / 255)
        sums = np.add.reduceat(taken, self._columns, axis=1)
        parts = np.minimum(rows * self._parts // self._layout.height, self._parts - 1)
        np.add.at(self._sums, parts, sums)
        widths = np.diff([*self._columns, taken.shape[1]])[:, None]
        np.add.at(self._counts, parts, np.broadcast_to(widths, (len(rows), *widths.shape)))
        self._top += len(strip)

    def _edges(self, width: int) -> NDArray[Any]:
        taken = -(-width // self._step)
        return np.arange(self._parts) * taken // self._parts


def drift(before: Means, after: Means) -> tuple[float, float]:
    """The difference of the mean brightness of all, with its sign, and the largest of a part and colour, of 255."""
    difference = after.values - before.values
    return float(difference.mean()), float(np.abs(difference).max())
