"""Answers that are numbers: where a precision fails, a wider one takes its place, and says so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from superres.errors import InvalidWeightsError
from superres.inference.backends.backend import Backend, Bytes, Planes, bytes_of
from superres.inference.precision import Precision
from superres.models.card import Card

_LOG = logging.getLogger(__name__)

_WIDER: dict[Precision, tuple[Precision, ...]] = {
    "auto": ("auto", "float32"),
    "int8": ("int8", "auto", "float32"),
    "float16": ("float16", "bfloat16", "float32"),
    "bfloat16": ("bfloat16", "float32"),
    "float32": ("float32",),
}
"""What is tried, one after another."""


class CheckedBackend:
    """An engine whose answers hold no infinities and nothing that is no number.

    Args:
        reopened: Opens the model in a precision.
        precision: That was asked for.
    """

    def __init__(self, reopened: Callable[[Precision], Backend], precision: Precision) -> None:
        self._reopened = reopened
        self._wider: Sequence[Precision] = _WIDER[precision][1:]
        self._backend = reopened(precision)
        self._lock = Lock()

    def card(self) -> Card:
        """The network's."""
        return self._backend.card()

    def describe(self) -> str:
        """Engine and precision."""
        return self._backend.describe()

    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`.

        Raises:
            InvalidWeightsError: If even float32 gives values that are no numbers.
        """
        while True:
            backend = self._backend
            high = backend.upscale(low)
            if _is_finite(high):
                return high
            self._widen(backend)

    def pixels(self, low: Planes) -> Bytes:
        """Run the network; (N, C, h, w) to (N, scale·h, scale·w, C), 8 bit, rounded half away from zero and clipped.

        Raises:
            InvalidWeightsError: As `upscale` does.
        """
        while True:
            backend = self._backend
            pixels, total = bytes_of(backend, low)
            if np.isfinite(total):
                return pixels
            self._widen(backend)

    def _widen(self, failed: Backend) -> None:
        """Go on in the next wider precision.

        Raises:
            InvalidWeightsError: If there is none.
        """
        with self._lock:
            if self._backend is not failed:  # another thread has already
                return
            if not self._wider:
                raise InvalidWeightsError(
                    f"{self.card().name} gave values that are no numbers with {failed.describe()}; its weights are "
                    "damaged"
                )
            self._backend, self._wider = self._reopened(self._wider[0]), self._wider[1:]
            _LOG.warning(
                "%s gave values that are no numbers with %s; %s goes on",
                self.card().name,
                failed.describe(),
                self.describe(),
            )


def _is_finite(values: Planes) -> bool:
    # One pass without an array of answers: a sum is finite where all is, but for values that are absurd themselves.
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()))
