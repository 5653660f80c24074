"""An image file as every set holds it: 8-bit RGB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError
from superres.image.files import read_picture
from superres.image.geometry import crop_to_multiple
from superres.image.pixels import to_eight_bit


def read_rgb(path: Path, *, multiple_of: int = 1) -> NDArray[np.uint8]:
    """Read an image; grey becomes RGB, alpha is dropped, 16 bit becomes 8.

    Args:
        path: See `superres.image.files.read_picture`.
        multiple_of: The last rows and columns are dropped until both sides are multiples of this.

    Returns:
        (H, W, 3).

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged.
        InvalidImageError: If it is smaller than the multiple, or of another kind.
    """
    picture = read_picture(path)
    try:
        pixels = crop_to_multiple(to_eight_bit(picture.pixels), multiple_of)
    except InvalidImageError as error:
        raise InvalidImageError(f"{path}: {error}") from error
    return np.repeat(pixels, 3, axis=2) if picture.is_grey else pixels
