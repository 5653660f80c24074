"""Look-up tables, read with NumPy: an image is enlarged without a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from superres.errors import InvalidWeightsError
from superres.inference.backends.backend import Planes
from superres.inference.precision import Precision
from superres.layers.upsampling.lookup_table import as_table
from superres.models.card import Card


class LookupTableBackend:
    """A table of SR-LUT, which takes red, green and blue one by one.

    Args:
        path: An `.npy` file: int8, (levels ** pixels, 1, scale, scale).
        _precision: Makes no difference: a table's values are whole numbers, and what lies between them is float32.

    Raises:
        InvalidWeightsError: If the file is damaged or holds no such table.
    """

    def __init__(self, path: Path, _precision: Precision = "auto") -> None:
        try:
            array = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise InvalidWeightsError(f"{path} is no readable array of NumPy: {error}") from error
        if not isinstance(array, np.ndarray):
            raise InvalidWeightsError(f"{path} holds several arrays; a look-up table is one")
        self._table = as_table(array)
        self._card = Card(
            name=path.stem,
            architecture="srlut",
            config={"scale": self._table.scale, "channels": 1, "key": list(self._table.key)},
            scale=self._table.scale,
            channels=1,
            minimum_size=self._table.reach + 1,
            overlap=self._table.reach,
            source="Jo and Kim, CVPR 2021",
        )

    def card(self) -> Card:
        """What the table says of itself."""
        return self._card

    def describe(self) -> str:
        """Engine and precision."""
        return f"NumPy {np.__version__}, table of int8"

    def upscale(self, low: Planes) -> Planes:
        """Look up every pixel; see `Backend.upscale`."""
        return np.stack([self._table.enlarge(plane) for plane in low[:, 0]])[:, None]
