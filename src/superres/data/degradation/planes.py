"""What the steps of a degradation pass on: planes of floating-point values in 8-bit units."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from superres.image.pixels import round_half_up

Pixels = NDArray[np.uint8]
Planes = NDArray[np.float32]
"""(C, H, W), nominally 0 to 255, contiguous."""
Size = tuple[int, int]
"""Height and width [pixels]."""


class Step(Protocol):
    """One step with every parameter drawn, so that it gives the same bytes whenever it is applied."""

    def apply(self, planes: Planes, undegraded: Size) -> Planes:
        """The planes after this step.

        Args:
            planes: Left as they are.
            undegraded: Size of the image that the whole degradation began with.
        """
        ...


def planes_of(pixels: Pixels) -> Planes:
    """(H, W, C) as planes."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)


def pixels_of(planes: Planes) -> Pixels:
    """Planes rounded half up and clipped, (H, W, C), contiguous."""
    return np.ascontiguousarray(round_half_up(planes, np.uint8).transpose(1, 2, 0))
