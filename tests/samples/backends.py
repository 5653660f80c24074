"""Engines that need no network."""

from collections.abc import Callable

import numpy as np

from superres.image.scaling import enlarged
from superres.inference.backends.backend import Planes
from superres.models.card import Card


class Repeater:
    """Repeats pixels, and remembers the shapes it was given."""

    def __init__(
        self,
        *,
        scale: int = 2,
        channels: int = 3,
        minimum_size: int = 1,
        grid: int = 1,
        overlap: int = 0,
        tiles_are_exact: bool = True,
    ) -> None:
        self._card = Card(
            name=f"repeater_x{scale}",
            architecture="none",
            config={},
            scale=scale,
            channels=channels,
            minimum_size=minimum_size,
            grid=grid,
            overlap=overlap,
            tiles_are_exact=tiles_are_exact,
        )
        self.shapes: list[tuple[int, ...]] = []

    def card(self) -> Card:
        return self._card

    def describe(self) -> str:
        return "repetition"

    def upscale(self, low: Planes) -> Planes:
        self.shapes.append(low.shape)
        return low.repeat(self._card.scale, 2).repeat(self._card.scale, 3)


class Altered(Repeater):
    """Repeats pixels and changes them."""

    def __init__(self, change: Callable[[Planes], Planes], *, scale: int = 2) -> None:
        super().__init__(scale=scale)
        self._change = change

    def upscale(self, low: Planes) -> Planes:
        return np.asarray(self._change(super().upscale(low)), np.float32)


class AnyScale:
    """Gives each output pixel the input pixel that it lies on, at the scale that it was opened for."""

    def __init__(self, factor: float, *, highest_scale: float = 4, overlap: int = 0) -> None:
        self._card = Card(
            name="any",
            architecture="none",
            config={},
            scale=2,
            highest_scale=highest_scale,
            overlap=overlap,
        )
        self._factor = factor
        self.shapes: list[tuple[int, ...]] = []

    def card(self) -> Card:
        return self._card

    def describe(self) -> str:
        return "repetition"

    def upscale(self, low: Planes) -> Planes:
        self.shapes.append(low.shape)
        rows, columns = (np.arange(enlarged(side, self._factor)) / self._factor for side in low.shape[2:])
        return low[:, :, (rows + 1e-9).astype(int)][..., (columns + 1e-9).astype(int)]
