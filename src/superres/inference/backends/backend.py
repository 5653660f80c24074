"""What every engine offers."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from superres.models.card import Card

Planes = NDArray[np.float32]


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
