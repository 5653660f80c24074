"""Cropping, padding, flips and turns of images whose last two axes are rows and columns."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError

Image = TypeVar("Image", bound=Any)

ORIENTATIONS = range(8)
"""The eight flips and turns: bit 0 mirrors left and right, bit 1 top and bottom, bit 2 swaps the axes."""


def shave(image: Image, border: int) -> Image:
    """Drop a border [pixels] on each side; (..., H, W).

    Raises:
        InvalidImageError: If nothing would be left.
    """
    height, width = image.shape[-2:]
    if min(height, width) <= 2 * border:
        raise InvalidImageError(f"a border of {border} leaves nothing of an image of {width}×{height} pixels")
    return image[..., border : height - border, border : width - border]


def crop_to_multiple(pixels: NDArray[Any], multiple: int) -> NDArray[Any]:
    """Drop the last rows and columns so that both sides are multiples; (H, W, C) or (H, W).

    Raises:
        InvalidImageError: If a side is smaller than the multiple.
    """
    height, width = (side // multiple * multiple for side in pixels.shape[:2])
    if min(height, width) == 0:
        raise InvalidImageError(
            f"an image of {pixels.shape[1]}×{pixels.shape[0]} pixels is too small to be cropped "
            f"to a multiple of {multiple}"
        )
    return pixels[:height, :width]


def pad_to(planes: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Repeat the last row and column until (..., H, W) has at least this size."""
    missing = (max(0, height - planes.shape[-2]), max(0, width - planes.shape[-1]))
    if missing == (0, 0):
        return planes
    before = [(0, 0)] * (planes.ndim - 2)
    return np.pad(planes, [*before, (0, missing[0]), (0, missing[1])], mode="edge")


def orient(image: NDArray[Any], orientation: int) -> NDArray[Any]:
    """One of the eight flips and turns; (..., H, W); a view."""
    if orientation & 1:
        image = image[..., ::-1]
    if orientation & 2:
        image = image[..., ::-1, :]
    return image.swapaxes(-1, -2) if orientation & 4 else image


def orient_back(image: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo `orient`; a view."""
    if orientation & 4:
        image = image.swapaxes(-1, -2)
    return orient(image, orientation & 3)
