"""Enlarging by a whole factor, with the same few weights at every pixel.

The answer is that of `superres.image.resize`. Because the weights repeat from pixel to pixel, a part of an image and
the whole agree bit by bit away from the part's edges, and for tensors the operators are standard ones (slices,
products, sums), which export and which cost counters rightly leave out of the convolutions.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import add
from typing import Any, TypeVar

import numpy as np

from superres.errors import InvalidRequestError
from superres.image.arrays import namespace_of
from superres.image.resize import Kernel, resize

Image = TypeVar("Image", bound=Any)

REACH = 3
"""No kernel reads further than this many input pixels away; bicubic reads 2."""


def enlarge(image: Image, scale: int, kernel: Kernel = "bicubic") -> Image:
    """Enlarge an image of floating-point values, with symmetric borders as MATLAB's `imresize` has them.

    Args:
        image: (..., H, W), a NumPy array or a tensor.
        scale: Factor along each axis.
        kernel: How pixels are weighted; `bicubic` is Keys' with a = -0.5.

    Returns:
        An image of the same kind, (..., scale·H, scale·W). Values may leave the range of the input where the kernel
        overshoots.

    Raises:
        InvalidRequestError: If the scale is below 1.
        UnknownNameError: If no kernel is called so.
    """
    if scale < 1:
        raise InvalidRequestError(f"an image can be enlarged by a whole factor of at least 1, got {scale}")
    weights = _weights(kernel, scale)
    return _along_rows(_along_rows(image, weights).mT, weights).mT


@lru_cache(maxsize=32)
def _weights(kernel: Kernel, scale: int) -> tuple[tuple[tuple[int, float], ...], ...]:
    """For each place inside a pixel: which neighbours are read, and their weights; read off a resized unit matrix."""
    side, middle = 4 * REACH + 1, 2 * REACH
    matrix = resize(np.eye(side), scale=(scale, 1), kernel=kernel)
    rows = matrix[middle * scale : (middle + 1) * scale, middle - REACH : middle + REACH + 1]
    # What is left of a weight that should be zero is rounding.
    return tuple(
        tuple((offset, float(weight)) for offset, weight in enumerate(row, -REACH) if abs(weight) > 1e-12)
        for row in rows
    )


def _along_rows(image: Any, weights: tuple[tuple[tuple[int, float], ...], ...]) -> Any:
    """(..., H, W) to (..., scale·H, W)."""
    space: Any = namespace_of(image)
    height = image.shape[-2]
    reach = max(abs(offset) for place in weights for offset, _ in place)
    padded = _mirrored(image, reach, space)
    rows = [
        reduce(add, (weight * padded[..., reach + offset : reach + offset + height, :] for offset, weight in place))
        for place in weights
    ]
    return space.reshape(space.stack(rows, axis=-2), (*image.shape[:-2], len(weights) * height, image.shape[-1]))


def _mirrored(image: Any, reach: int, space: Any) -> Any:
    """`reach` more rows above and below; the edge itself is mirrored too, in small images more than once."""
    if reach == 0:
        return image
    if image.shape[-2] < reach:
        return _mirrored(_mirrored(image, image.shape[-2], space), reach - image.shape[-2], space)
    above, below = image[..., :reach, :], image[..., -reach:, :]
    return space.concat([space.flip(above, axis=-2), image, space.flip(below, axis=-2)], axis=-2)
