"""Other sizes: bicubic reduction, the degradation of the classical benchmarks, and steps of a longer one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from superres.data.degradation.planes import Planes, Size, pixels_of, planes_of
from superres.errors import InvalidImageError
from superres.image.resize import Kernel, resize, resize_integers


def bicubic_reduction(pixels: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """An 8-bit image reduced as MATLAB's `imresize` does, bit by bit.

    Args:
        pixels: (H, W, C), uint8; at a whole scale both sides are multiples of it.
        scale: Factor, at least 1.

    Returns:
        (round(H / scale), round(W / scale), C).

    Raises:
        InvalidImageError: If a side is no multiple of a whole scale.
    """
    height, width = pixels.shape[:2]
    if scale != int(scale):
        return resize_integers(pixels, size=(round(height / scale), round(width / scale)))
    if height % scale or width % scale:
        raise InvalidImageError(
            f"an image of {width}×{height} pixels cannot be reduced ×{scale:g}; crop it to a multiple of it first"
        )
    return resize_integers(pixels, scale=1 / scale)


REACH: Mapping[Kernel, float] = {
    "nearest": 0.5,
    "area": 0.5,
    "bilinear": 1.0,
    "bicubic": 2.0,
    "lanczos2": 2.0,
    "lanczos3": 3.0,
}
"""How far a kernel sees to each side, in pixels of the coarser image."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resize:
    """To a size that is stated by the undegraded image, so that several in a row end at the right one."""

    kind: Literal["resize"] = "resize"
    scale: float
    """Sides of the undegraded image over the sides of the result; the result may be larger than what comes in."""
    kernel: Kernel = "bicubic"
    """Of `superres.image.resize`, stretched where the image shrinks."""
    is_rounded: bool = False
    """Whether values are rounded to 8 bit after each axis, as MATLAB does with 8-bit images."""

    def apply(self, planes: Planes, undegraded: Size) -> Planes:
        """(C, round(H / scale), round(W / scale)) of an undegraded H×W; at least one pixel each."""
        size = (max(1, round(undegraded[0] / self.scale)), max(1, round(undegraded[1] / self.scale)))
        if not self.is_rounded:
            return resize(planes, size=size, kernel=self.kernel)
        pixels = pixels_of(planes)
        if self.kernel == "bicubic" and pixels.shape[:2] == undegraded:
            return planes_of(bicubic_reduction(pixels, self.scale))
        return planes_of(resize_integers(pixels, size=size, kernel=self.kernel))
