"""What every engine offers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError
from superres.image.pixels import to_integers
from superres.inference.precision import Precision
from superres.models.card import PRECISION_KEY, Card

Planes = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class Backend(Protocol):
    """One network, opened by one engine."""

    def card(self) -> Card:
        """What the network says of itself."""
        ...

    def describe(self) -> str:
        """Engine and precision, for captions: `OpenVINO 2026.4.1, bfloat16`."""
        ...

    def upscale(self, low: Planes) -> Planes:
        """Run the network.

        Args:
            low: (N, C, h, w) in [0, 1]; C is the card's `channels`, sides are at least its `minimum_size`.

        Returns:
            (N, C, round(scale·h), round(scale·w)), not clipped; scale is the card's, or the one that a network of
            any scale was opened for.
        """
        ...


@runtime_checkable
class ByteBackend(Backend, Protocol):
    """An engine that also makes bytes of its answer, which NumPy would do one after another."""

    def upscale_to_bytes(self, low: Planes) -> tuple[Bytes, float]:
        """Run the network.

        Args:
            low: As `upscale` takes it.

        Returns:
            (N, scale·h, scale·w, C) in steps of 8 bit, rounded half away from zero and clipped; and the sum of the
            values before, which is no finite number where one of them is none.
        """
        ...


def bytes_of(backend: Backend, low: Planes) -> tuple[Bytes, float]:
    """What `ByteBackend.upscale_to_bytes` gives, of any engine: where it makes no bytes, NumPy does."""
    if isinstance(backend, ByteBackend):
        return backend.upscale_to_bytes(low)
    high = backend.upscale(low)
    with np.errstate(over="ignore", invalid="ignore"):
        # Without an array of answers: a sum is finite where all is, but for values that are absurd themselves.
        total = float(high.sum())
        return np.stack([to_integers(planes, np.uint8) for planes in high]), total


def check_on_processor(precision: Precision, path: Path, engine: str) -> None:
    """Refuse a precision that only GPUs are fast in.

    Raises:
        InvalidRequestError: If it is float16.
    """
    if precision == "float16":
        raise InvalidRequestError(
            f"float16 was asked for, but {engine} computes {path.name} on the processor; take bfloat16 or float32, or "
            "the engine pytorch where there is a GPU"
        )


def check_eight_bit(metadata: Mapping[str, str], path: Path, precision: Precision) -> None:
    """Refuse a graph that is to compute in 8 bit and does not.

    Args:
        metadata: Of the graph.
        path: For the message.
        precision: That was asked for.

    Raises:
        InvalidRequestError: If int8 is asked for in vain.
    """
    if precision == "int8" and PRECISION_KEY not in metadata:
        raise InvalidRequestError(
            f"{path.name} was to compute in int8, but is no such graph; superres export --int8 makes one of a network "
            "that has learned it"
        )
