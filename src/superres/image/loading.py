"""libvips' loaders: one page of a file or all, as grey or RGB."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from superres.errors import InvalidImageError
from superres.image.libvips import pyvips

TYPES = {"uchar": np.uint8, "ushort": np.uint16}

_PAGED = ("tiffload_source", "gifload_source", "webpload_source")
"""Loaders of formats whose pages are pictures of their own; those of AVIF are a collection."""


def loaded(path: Path, loader: str, *, access: str, **options: Any) -> Any:
    """An image of libvips, of which the header is read.

    Raises:
        pyvips.Error: If it is damaged.
    """
    pyvips.vips_lib.vips_error_clear()  # warnings about earlier files would be taken for a reason
    # From a source, not by name: libvips keeps images that it opened by name, and would answer with the old
    # pixels of a file that has changed. Sequential access keeps memory at one copy of the pixels.
    name: Any = os.fsencode(path)  # bytes, so that names that are no UTF-8 work
    source = pyvips.Source.new_from_file(name)
    # At the next milder level, "truncated", cut-off TIFF files are filled up in silence.
    return pyvips.Operation.call(loader, source, access=access, fail_on="error", **options)


def page_count(path: Path, loader: str, image: Any) -> int:
    """Pages that are pictures: all of one size, or the first alone where the others are only smaller.

    Args:
        path: The file.
        loader: Of its format.
        image: Its first page.

    Raises:
        InvalidImageError: If they differ otherwise.
        pyvips.Error: If the file is damaged.
    """
    count = image.get("n-pages") if image.get_typeof("n-pages") else 1
    if loader not in _PAGED or count == 1:
        return 1
    if loader != "tiffload_source":  # frames of an animation
        return count
    pages = [loaded(path, loader, access="sequential", page=number) for number in range(1, count)]
    if all(_looks_like(page, image) for page in pages):
        return count
    if all(2 * page.width <= image.width + 2 and 2 * page.height <= image.height + 2 for page in pages):
        return 1  # a pyramid, or a preview
    raise InvalidImageError(
        f"{path} has {count} pages of different sizes or kinds; several can be enlarged where all are alike, so make a "
        "file of each"
    )


def _looks_like(page: Any, other: Any) -> bool:
    return _kind(page) == _kind(other)


def _kind(image: Any) -> tuple[Any, ...]:
    return image.width, image.height, image.bands, image.format, orientation_of(image)


def orientation_of(image: Any) -> int:
    """How EXIF says that it lies, 1 to 8."""
    return image.get("orientation") if image.get_typeof("orientation") else 1


def all_of(path: Path, loader: str, count: int, *, is_turned: bool) -> Any:
    """All pages, one below the other.

    Raises:
        pyvips.Error: If the file is damaged.
    """
    if not is_turned:
        return loaded(path, loader, access="sequential", n=-1)
    pages = [loaded(path, loader, access="random", page=number).autorot() for number in range(count)]
    return pyvips.Image.arrayjoin(pages, across=1)


def timing_of(image: Any, frames: int) -> dict[str, Any]:
    """Delays and the number of runs of an animation, as metadata have them."""
    if not image.get_typeof("delay"):
        return {}
    delays = [max(0, delay) for delay in image.get("delay")] + [0] * frames
    loop = image.get("loop") if image.get_typeof("loop") else 0
    return {"delays": tuple(delays[:frames]), "loop": loop}


def as_grey_or_rgb(image: Any, path: Path) -> Any:
    """CMYK and Lab as sRGB; everything else is left.

    Raises:
        InvalidImageError: If it is of a kind that is not known here.
    """
    if image.interpretation in ("cmyk", "lab", "labs"):
        image = _as_srgb(image)
    if image.format not in TYPES:
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
