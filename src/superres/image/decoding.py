"""From an image file to a picture in memory, by libvips."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from superres.errors import ImageTooLargeError, InvalidImageError, UnreadableFileError
from superres.image.geometry import orient
from superres.image.metadata import metadata_of
from superres.image.picture import Picture

_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "pngload_source"),
    (0, b"\xff\xd8", "jpegload_source"),
    (8, b"WEBP", "webpload_source"),
    (0, b"II*\0", "tiffload_source"),
    (0, b"MM\0*", "tiffload_source"),
    (0, b"II+\0", "tiffload_source"),  # with 64-bit offsets
    (0, b"MM\0+", "tiffload_source"),
    (4, b"ftyp", "heifload_source"),  # AVIF
    (0, b"GIF8", "gifload_source"),
)
"""Where and by what a format is known, and who loads it; left alone, libvips would try many more loaders."""

_TURNS = {2: 1, 3: 3, 4: 2, 5: 4, 6: 6, 7: 7, 8: 5}
"""What makes an image of each EXIF orientation upright, as `superres.image.geometry.orient` counts."""

_FORMATS = "PNG, JPEG, WebP, TIFF, AVIF and GIF can be read"


def decode(path: Path, max_pixels: int) -> Picture:
    """The first page of an image file; see `superres.image.files.read_picture`."""
    head = _head(path)
    if not head:
        raise UnreadableFileError(f"{path} was to be read as an image, but it is empty")
    loader = next((name for offset, mark, name in _SIGNATURES if head.startswith(mark, offset)), None)
    if loader is None:
        raise UnreadableFileError(f"{path} was to be read as an image, but it begins like none; {_FORMATS}")
    try:
        return _decoded(path, loader, max_pixels)
    except pyvips.Error as error:
        raise UnreadableFileError(
            f"{path} was to be read as an image, but it is damaged, truncated or of a kind that is not known, "
            f"as HEIC is ({reason(error)}); {_FORMATS}"
        ) from error


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise UnreadableFileError(f"{path} was to be read as an image, but cannot be: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The last thing that libvips, or the operating system, has to say about an error."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in reversed(lines) if len(line.split()) > 1), str(error).strip() or "no reason given")


def _decoded(path: Path, loader: str, max_pixels: int) -> Picture:
    image = _opened(path, loader)
    if image.width * image.height > max_pixels:
        raise ImageTooLargeError(
            f"{path} claims {image.width}×{image.height} pixels, more than the limit of {max_pixels / 1e6:g} million; "
            "a higher limit can be given with --max-pixels"
        )
    image = _as_grey_or_rgb(image, path)
    turn = _TURNS.get(image.get("orientation"), 0) if image.get_typeof("orientation") else 0
    values: Any = image.numpy()
    pixels = _turned(values.reshape(image.height, image.width, image.bands), turn)
    has_alpha = image.bands in (2, 4)
    return Picture(
        pixels=np.ascontiguousarray(pixels[..., :-1] if has_alpha else pixels),
        alpha=np.ascontiguousarray(pixels[..., -1]) if has_alpha else None,
        metadata=metadata_of(image, swaps_axes=bool(turn & 4)),
    )


def _opened(path: Path, loader: str) -> Any:
    pyvips.vips_lib.vips_error_clear()  # warnings about earlier files would be taken for a reason
    # From a source, not by name: libvips keeps images that it opened by name, and would answer with the old
    # pixels of a file that has changed. Sequential access keeps memory at one copy of the pixels.
    name: Any = os.fsencode(path)  # bytes, so that names that are no UTF-8 work
    source = pyvips.Source.new_from_file(name)
    # At the next milder level, "truncated", cut-off TIFF files are filled up in silence.
    return pyvips.Operation.call(loader, source, access="sequential", fail_on="error")


def _turned(pixels: Any, turn: int) -> Any:
    """(H, W, C) flipped and turned; a view."""
    return orient(pixels.transpose(2, 0, 1), turn).transpose(1, 2, 0)


def _as_grey_or_rgb(image: Any, path: Path) -> Any:
    if image.interpretation in ("cmyk", "lab", "labs"):
        image = _as_srgb(image)
    if image.format not in ("uchar", "ushort"):
        raise InvalidImageError(f"{path} holds values of the type {image.format}; convert it to 8 or 16 bit first")
    if image.bands > 4:
        raise InvalidImageError(f"{path} has {image.bands} channels; grey or RGB, with or without alpha, can be used")
    return image


def _as_srgb(image: Any) -> Any:
    """CMYK or Lab as sRGB of the same depth, without the profile that described it before."""
    is_wide = image.format in ("ushort", "short")
    if not image.get_typeof("icc-profile-data"):
        return image.colourspace("rgb16" if is_wide else "srgb")
    converted = image.icc_transform("srgb", embedded=True, depth=16 if is_wide else 8).copy()
    converted.remove("icc-profile-data")
    return converted
