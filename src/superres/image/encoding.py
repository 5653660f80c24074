"""From a picture in memory to an image file, by libvips."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from superres.image.formats import FORMATS, Format
from superres.image.metadata import with_metadata
from superres.image.picture import Integers, Picture, white_of
from superres.image.pixels import to_eight_bit


def encode(picture: Picture, target: Path, form: Format, quality: int | None) -> None:
    """Write a picture into a file of any name.

    Args:
        picture: What to write; what the format cannot hold is rounded, or shown on white.
        target: Where.
        form: The format.
        quality: See `superres.image.files.write_picture`.

    Raises:
        pyvips.Error: If libvips cannot write it.
    """
    image: Any = pyvips.Image.new_from_array(np.ascontiguousarray(_fitting(picture, form)))
    colour = "b-w" if picture.is_grey else "srgb"
    if image.format == "ushort":
        colour = "grey16" if picture.is_grey else "rgb16"
    image = with_metadata(image.copy(interpretation=colour), picture.metadata, is_jpeg=form is FORMATS[".jpg"])
    form.save(image, os.fsencode(target), quality)


def _fitting(picture: Picture, form: Format) -> Any:
    """Pixels and alpha in one array, (H, W, C), as the format can hold them."""
    pixels, alpha = picture.pixels, picture.alpha
    if not form.is_wide:
        pixels, alpha = to_eight_bit(pixels), None if alpha is None else to_eight_bit(alpha)
    if alpha is None:
        return pixels
    return np.dstack([pixels, alpha]) if form.has_alpha else _on_white(pixels, alpha)


def _on_white(pixels: Integers, alpha: Integers) -> Any:
    white = white_of(pixels)
    cover = alpha[..., None].astype(np.float32) / white
    return np.rint(pixels * cover + white * (1 - cover)).astype(pixels.dtype)
