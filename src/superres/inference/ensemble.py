"""Self-ensemble: eight flips and turns of an image through one network, turned back and put together.

Sources: EDSR (arXiv:1707.02921, section 3.4) takes their mean, and RCAN and SwinIR mark its figures with a +; ZSSR
(arXiv:1712.06087, section 3.3) takes their median. It costs eight times the work and helps every network that
treats left and right, up and down, rows and columns not alike; one that does, such as interpolation, gains nothing.

A tile is turned with its context. Tiles start and end at multiples of the network's grid, counted from the nearer
corner of the image, so that a turned tile and the turned image agree as a tile and the image do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np

from superres.errors import InvalidRequestError, unknown_name
from superres.image.geometry import ORIENTATIONS, orient, orient_back, pad_to
from superres.image.scaling import LARGEST_DENOMINATOR, enlarged, exact, grid_of
from superres.inference.backends.backend import Backend, Planes
from superres.models.card import Card

Ensemble = Literal["none", "mean", "median"]
"""What becomes of the eight answers; `none` asks for one."""

ENSEMBLES: tuple[str, ...] = get_args(Ensemble)


def check_ensemble(name: str) -> None:
    """Refuse a name that is no ensemble.

    Raises:
        UnknownNameError: If it is none.
    """
    if name not in ENSEMBLES:
        raise unknown_name("ensemble", name, ENSEMBLES)


class EnsembleBackend:
    """An engine that asks another one eight times.

    Args:
        backend: The engine.
        ensemble: `mean` or `median`.
        factor: What the engine enlarges by.

    Raises:
        InvalidRequestError: If the factor is no plain fraction: a turned image then has its pixels at other places.
    """

    def __init__(self, backend: Backend, ensemble: Ensemble, factor: float) -> None:
        if exact(factor).denominator > LARGEST_DENOMINATOR:
            raise InvalidRequestError(
                f"an ensemble was asked for at a scale of {factor!r}; flipped images have their pixels at the same "
                "places only at scales of up to three decimals, or fractions such as 7/3"
            )
        self._backend = backend
        self._is_median = ensemble == "median"
        self._factor = factor
        self._unit = 1 if exact(factor).denominator == 1 else grid_of(factor)

    def card(self) -> Card:
        """The network's."""
        return self._backend.card()

    def describe(self) -> str:
        """Engine, precision, and what it is asked."""
        return f"{self._backend.describe()}, {'median' if self._is_median else 'mean'} of eight orientations"

    def upscale(self, low: Planes) -> Planes:
        """Run the network eight times; see `Backend.upscale`."""
        height, width = low.shape[-2:]
        whole = pad_to(low, _multiple(height, self._unit), _multiple(width, self._unit))
        answers = self._answers(whole)
        together = np.median(np.stack(list(answers)), axis=0) if self._is_median else _mean(answers)
        return together[..., : enlarged(height, self._factor), : enlarged(width, self._factor)]

    def _answers(self, low: Planes) -> Iterator[Planes]:
        for orientation in ORIENTATIONS:
            turned = np.ascontiguousarray(orient(low, orientation))
            yield orient_back(self._backend.upscale(turned), orientation)


def _multiple(side: int, unit: int) -> int:
    """The smallest multiple that is not below the side."""
    return -(-side // unit) * unit


def _mean(answers: Iterator[Planes]) -> Planes:
    """One answer after another is added, so that two are held at most."""
    total = next(answers).astype(np.float32, copy=True)
    for answer in answers:
        total += answer
    return total / np.float32(len(ORIENTATIONS))
