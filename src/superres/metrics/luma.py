"""Luma in steps of 8 bit, in which the authors of older metrics state their constants."""

from __future__ import annotations

from torch import Tensor

from superres.errors import InvalidImageError
from superres.image.colour import rgb_to_luma


def luma_levels(images: Tensor, title: str) -> Tensor:
    """Luma of images; the Y of YIQ is that of full-range YCbCr.

    Args:
        images: (N, 1 or 3, H, W) in [0, 1].
        title: Of the metric that asks.

    Returns:
        (N, 1, H, W) in [0, 255], not rounded.

    Raises:
        InvalidImageError: If the channels are neither one nor three.
    """
    if images.shape[1] not in (1, 3):
        raise InvalidImageError(f"{title} takes grey or RGB images, got {images.shape[1]} channels")
    return 255 * (images if images.shape[1] == 1 else rgb_to_luma(images, "full"))
