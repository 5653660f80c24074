"""From an image file to its pixels, by libvips."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from superres.errors import ImageTooLargeError, InvalidImageError, UnreadableFileError
from superres.image.metadata import metadata_of
from superres.image.picture import Layout, Metadata, Picture
from superres.image.strips import ROWS, Strips, picture_of

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

_SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that exchange rows and columns."""

_SYSTEM = "system error: "
"""How libvips begins a line that tells what the operating system said."""

_TYPES = {"uchar": np.uint8, "ushort": np.uint16}

_FORMATS = "PNG, JPEG, WebP, TIFF, AVIF and GIF can be read"


class Reader:
    """An image file of which the header is read; its pixels can be read once.

    Args:
        path: For messages.
        image: Of libvips, upright, grey or RGB.
        metadata: What travels with it.
    """

    def __init__(self, path: Path, image: Any, metadata: Metadata) -> None:
        self._path = path
        self._image = image
        self.layout = Layout(
            height=image.height,
            width=image.width,
            channels=image.bands,
            dtype=np.dtype(_TYPES[image.format]),
            metadata=metadata,
        )

    def strips(self) -> Strips:
        """The rows from the first to the last.

        Raises:
            UnreadableFileError: If the file is truncated or damaged.
        """
        layout = self.layout
        with _explained(self._path):
            region: Any = pyvips.Region.new(self._image)
            for top in range(0, layout.height, ROWS):
                rows = min(ROWS, layout.height - top)
                values: Any = np.frombuffer(region.fetch(0, top, layout.width, rows), layout.dtype)
                yield values.reshape(rows, layout.width, layout.channels)

    def picture(self) -> Picture:
        """All pixels.

        Raises:
            UnreadableFileError: If the file is truncated or damaged.
        """
        return picture_of(self.strips(), self.layout)


def opened(path: Path, max_pixels: int) -> Reader:
    """The first page of an image file; see `superres.image.files.read_picture`."""
    head = _head(path)
    if not head:
        raise UnreadableFileError(f"{path} was to be read as an image, but it is empty")
    loader = next((name for offset, mark, name in _SIGNATURES if head.startswith(mark, offset)), None)
    if loader is None:
        raise UnreadableFileError(f"{path} was to be read as an image, but it begins like none; {_FORMATS}")
    with _explained(path):
        return _reader(path, loader, max_pixels)


@contextmanager
def _explained(path: Path) -> Generator[None]:
    """Errors of libvips as ours."""
    try:
        yield
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
    system = [line.removeprefix(_SYSTEM) for line in lines if line.startswith(_SYSTEM) and "Unknown" not in line]
    if system:
        return system[0]
    return next((line for line in reversed(lines) if len(line.split()) > 1), str(error).strip() or "no reason given")


def _reader(path: Path, loader: str, max_pixels: int) -> Reader:
    image = _loaded(path, loader, access="sequential")
    if image.width * image.height > max_pixels:
        raise ImageTooLargeError(
            f"{path} claims {image.width}×{image.height} pixels, more than the limit of {max_pixels / 1e6:g} million; "
            "a higher limit can be given with --max-pixels"
        )
    orientation = image.get("orientation") if image.get_typeof("orientation") else 1
    upright = image = _as_grey_or_rgb(image, path)
    if orientation > 1:  # a turned image is not read row by row; a large one libvips keeps on disk meanwhile
        upright = _as_grey_or_rgb(_loaded(path, loader, access="random").autorot(), path)
    return Reader(path, upright, metadata_of(image, swaps_axes=orientation in _SIDEWAYS))


def _loaded(path: Path, loader: str, *, access: str) -> Any:
    pyvips.vips_lib.vips_error_clear()  # warnings about earlier files would be taken for a reason
    # From a source, not by name: libvips keeps images that it opened by name, and would answer with the old
    # pixels of a file that has changed. Sequential access keeps memory at one copy of the pixels.
    name: Any = os.fsencode(path)  # bytes, so that names that are no UTF-8 work
    source = pyvips.Source.new_from_file(name)
    # At the next milder level, "truncated", cut-off TIFF files are filled up in silence.
    return pyvips.Operation.call(loader, source, access=access, fail_on="error")


def _as_grey_or_rgb(image: Any, path: Path) -> Any:
    if image.interpretation in ("cmyk", "lab", "labs"):
        image = _as_srgb(image)
    if image.format not in _TYPES:
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
