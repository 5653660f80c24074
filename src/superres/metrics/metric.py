"""What the house must know of a metric, and what every metric checks at its door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from superres.errors import InvalidImageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One number about a restored image and its reference."""

    name: str
    """As tables, options and JSON keys spell it."""
    title: str
    """As a person reads it."""
    unit: str
    """Such as `dB`; empty where there is none."""
    higher_is_better: bool
    best: float
    """The value of a perfect copy; where nothing is compared, the end of the scale, which no image needs to reach."""
    source: str
    function: Callable[[Tensor, Tensor], Tensor]
    """Restored and what it is compared with, both (N, C, H, W) in [0, 1], to one value per image."""
    compares_with: Literal["reference", "low", "nothing"] = "reference"
    """The true image; the low-resolution input; or nothing, where the second argument is ignored."""
    colour: Literal["protocol", "rgb"] = "protocol"
    """`rgb` where the metric is defined for colour images alone, whatever the protocol compares."""
    minimum_size: int = 1
    """The smallest side [pixels] that it takes."""
    is_symmetric: bool = True
    """Whether restored and reference may change places."""
    is_bounded_by_best: bool = True
    """Whether no image scores better than a perfect copy."""


def check_pair(restored: Tensor, reference: Tensor) -> None:
    """Refuse two batches that cannot be compared.

    Raises:
        InvalidImageError: If shape, dtype or device differ, or they are no (N, C, H, W).
    """
    if restored.ndim != 4 or restored.shape != reference.shape:
        raise InvalidImageError(
            "two batches (N, C, H, W) of one shape are compared, "
            f"got {tuple(restored.shape)} and {tuple(reference.shape)}"
        )
    if restored.dtype != reference.dtype or restored.device != reference.device:
        raise InvalidImageError(
            f"two batches of one kind are compared, got {restored.dtype} on {restored.device} "
            f"and {reference.dtype} on {reference.device}"
        )


def numbers(values: Tensor, title: str) -> Tensor:
    """The values of a metric, which must be numbers.

    Raises:
        InvalidImageError: If one is not, because a pixel was not.
    """
    if bool(values.isnan().any()):
        raise InvalidImageError(f"{title} gives no number: an image holds values that are no numbers")
    return values
