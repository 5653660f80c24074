"""Flips and turns, the same for both images of a pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superres.image.geometry import orient

Pixels = NDArray[np.uint8]


def augment(low: Pixels, high: Pixels, orientation: int) -> tuple[Pixels, Pixels]:
    """One of the eight flips and turns of a pair.

    Args:
        low: (h, w, C).
        high: (H, W, C).
        orientation: One of `superres.image.geometry.ORIENTATIONS`.

    Returns:
        Both as planes, (C, h, w) and (C, H, W); views.
    """
    return orient(low.transpose(2, 0, 1), orientation), orient(high.transpose(2, 0, 1), orientation)
