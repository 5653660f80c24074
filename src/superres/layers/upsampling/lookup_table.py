"""A table in place of a network: a few pixels are the key, a block of pixels is the answer.

Source: Jo and Kim, "Practical Single-Image Super-Resolution Using Look-Up Table", CVPR 2021, section 3. The table holds
answers for keys on a coarse grid; between them it interpolates on simplices, and the four turns of the image are added,
so that a key of two by two pixels sees three by three. Nothing here needs PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidWeightsError

WHITE = 255
"""Values are asked for, and answered, in steps of 8 bit."""
HIGHEST = 127
"""Largest value of a table; four of them, one for each turn, go beyond white."""
TURNS = range(4)
KEYS: Mapping[int, tuple[int, int]] = {4: (2, 2), 3: (1, 3), 2: (1, 2)}
"""Pixels of a key, and their rows and columns: the published forms S, F and V."""


def grid_values(interval: int) -> NDArray[np.float32]:
    """The values of a pixel for which a table has answers: multiples of the interval, then white in place of 256.

    Raises:
        InvalidWeightsError: If 256 is no multiple of the interval.
    """
    if interval < 1 or 256 % interval:
        raise InvalidWeightsError(f"a table's interval divides 256, got {interval}")
    return np.minimum(np.arange(0, 257, interval), WHITE).astype(np.float32)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LookupTable:
    """Answers for all keys on the grid."""

    values: NDArray[np.int8]
    """(levels ** pixels, scale, scale); the first pixel of a key, in reading order, is the most significant."""
    key: tuple[int, int]
    """Rows and columns of a key, the top left of which is the pixel that is enlarged."""

    @property
    def scale(self) -> int:
        """Output pixels for one input pixel, along each axis."""
        return self.values.shape[-1]

    @property
    def pixels(self) -> int:
        """Of a key."""
        return self.key[0] * self.key[1]

    @property
    def levels(self) -> int:
        """Values on the grid, for each pixel of a key."""
        return round(len(self.values) ** (1 / self.pixels))

    @property
    def interval(self) -> int:
        """Between values on the grid [steps of 8 bit]."""
        return 256 // (self.levels - 1)

    @property
    def reach(self) -> int:
        """How far around a pixel the four turns read [pixels]."""
        return max(self.key) - 1

    def enlarge(self, plane: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Enlarge one plane of an image: the sum over its four turns.

        Args:
            plane: (H, W); values beyond [0, 1] are clipped, sides are longer than `reach`.

        Returns:
            (scale·H, scale·W), nominally in [0, 1], not clipped.
        """
        steps = np.clip(plane, 0, 1).astype(np.float32) * WHITE
        height, width = plane.shape
        total = np.zeros((height * self.scale, width * self.scale), np.float32)
        for turn in TURNS:
            total += np.rot90(self._blocks(np.rot90(steps, turn)), -turn)
        return total / np.float32(WHITE)

    def _blocks(self, steps: NDArray[np.float32]) -> NDArray[np.float32]:
        """(H, W) to (scale·H, scale·W), in one orientation."""
        height, width = steps.shape
        rows, columns = self.key
        padded = np.pad(steps, ((0, rows - 1), (0, columns - 1)), mode="reflect")
        keys = [padded[y : y + height, x : x + width].ravel() for y in range(rows) for x in range(columns)]
        blocks = self.look_up(np.stack(keys)).reshape(height, width, self.scale, self.scale)
        return blocks.transpose(0, 2, 1, 3).reshape(height * self.scale, width * self.scale)

    def look_up(self, keys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Answers between the grid's keys: on the simplex of their cell that holds the key.

        From the cell's low corner, the path to the key's simplex raises one pixel after another, the one with the
        largest remainder first; each corner weighs as much as remainders drop there.

        Args:
            keys: (pixels, N) in [0, 255].

        Returns:
            (N, scale²) in [-127, 127].
        """
        cells = np.minimum(keys // self.interval, self.levels - 2)
        remainders = keys / self.interval - cells
        strides = self.levels ** np.arange(self.pixels - 1, -1, -1)
        order = np.argsort(-remainders, axis=0, kind="stable")
        bounds = np.concatenate(
            [np.ones_like(keys[:1]), np.take_along_axis(remainders, order, axis=0), np.zeros_like(keys[:1])]
        )
        weights = bounds[:-1] - bounds[1:]
        answers = self.values.reshape(len(self.values), -1)
        corners = strides @ cells.astype(np.intp)
        found = weights[0][:, None] * answers[corners]
        for weight, raised in zip(weights[1:], order, strict=True):
            corners = corners + strides[raised]
            found += weight[:, None] * answers[corners]
        return found


def as_table(array: NDArray[Any]) -> LookupTable:
    """The table in an array, as the authors' files hold it.

    Args:
        array: (levels ** pixels, 1, scale, scale), int8. Where the first number is a power for several forms, such as
            3**4 = 9**2, the one with the most pixels is meant.

    Raises:
        InvalidWeightsError: If it has another type or shape.
    """
    is_table = array.dtype == np.int8 and array.ndim == 4 and array.shape[1] == 1 and array.shape[2] == array.shape[3]
    for pixels, key in KEYS.items():
        levels = round(len(array) ** (1 / pixels)) if is_table else 0
        if levels >= 2 and levels**pixels == len(array) and 256 % (levels - 1) == 0:
            return LookupTable(values=array[:, 0], key=key)
    raise InvalidWeightsError(
        "a look-up table is an int8 array of the shape (levels ** pixels, 1, scale, scale), with 2 to 4 pixels and "
        f"1 + 256 / interval levels, such as (83521, 1, 4, 4); got {array.dtype} of the shape {array.shape}"
    )
