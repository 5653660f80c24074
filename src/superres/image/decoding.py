"""From an image file to its pixels, by libvips where that reads it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from superres.errors import ImageTooLargeError, SuperResError, UnreadableFileError
from superres.image.heic import read_heic
from superres.image.libvips import pyvips
from superres.image.loading import TYPES, all_of, as_grey_or_rgb, loaded, orientation_of, page_count, timing_of
from superres.image.metadata import metadata_of, with_exif
from superres.image.picture import Layout, Metadata, Picture
from superres.image.signatures import HEIC, is_animated_png, loader_of, pillow_name
from superres.image.strips import ROWS, Strips, picture_of

_SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that exchange rows and columns."""

_SYSTEM = "system error: "
"""How libvips begins a line that tells what the operating system said."""

_FORMATS = "PNG, JPEG, WebP, TIFF, AVIF, GIF, HEIC, BMP, PNM, TGA, DDS and JPEG 2000 can be read"


class Reader:
    """An image file of which the header is read; its pixels can be read once.

    Args:
        path: For messages.
        layout: What it holds.
        strips: Makes the rows from the first to the last; none reaches from a page into the next.
    """

    def __init__(self, path: Path, layout: Layout, strips: Callable[[], Strips]) -> None:
        self._path = path
        self._strips = strips
        self.layout = layout

    def strips(self) -> Strips:
        """The rows from the first to the last, page after page.

        Raises:
            UnreadableFileError: If the file is truncated or damaged.
        """
        with _explained(self._path):
            yield from self._strips()

    def picture(self) -> Picture:
        """All pixels of the only page.

        Raises:
            UnreadableFileError: If the file is truncated or damaged.
        """
        return picture_of(self.strips(), self.layout)


def opened(path: Path, max_pixels: int, *, all_pages: bool = False) -> Reader:
    """An image file; see `superres.image.files.open_picture`."""
    head = _head(path)
    if not head:
        raise UnreadableFileError(f"{path} was to be read as an image, but it is empty")
    loader = loader_of(head)
    if loader is None:
        return _by_pillow(path, head, max_pixels)
    with _explained(path):
        if loader == HEIC:
            return _heic(path, max_pixels)
        reader = _reader(path, loader, max_pixels, all_pages=all_pages)
        if all_pages and loader == "pngload_source" and is_animated_png(path):
            from superres.image.animated_png import AnimatedPng  # noqa: PLC0415 - with Pillow, which most pictures do not need

            animation = AnimatedPng(path, reader.layout.metadata)
            return Reader(path, animation.layout, animation.strips)
        return reader


def _by_pillow(path: Path, head: bytes, max_pixels: int) -> Reader:
    name = pillow_name(head, path)
    if name is None:
        raise UnreadableFileError(f"{path} was to be read as an image, but it begins like none; {_FORMATS}")
    from superres.image.pillow import read_by_pillow  # noqa: PLC0415 - with Pillow, which most pictures do not need

    with _explained(path):
        return Reader(path, *read_by_pillow(path, name, partial(_check_size, path, max_pixels=max_pixels)))


@contextmanager
def _explained(path: Path) -> Generator[None]:
    """Errors of libraries as ours."""
    try:
        yield
    except SuperResError:
        raise
    except (pyvips.Error, OSError, SyntaxError) as error:  # Pillow knows a damaged PNG as an error of syntax
        raise UnreadableFileError(
            f"{path} was to be read as an image, but it is damaged, truncated or of a kind that is not known "
            f"({reason(error)}); {_FORMATS}"
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


def _reader(path: Path, loader: str, max_pixels: int, *, all_pages: bool) -> Reader:
    first = loaded(path, loader, access="sequential")
    _check_size(path, first.width, first.height, max_pixels)
    orientation = orientation_of(first)
    count = page_count(path, loader, first) if all_pages else 1
    upright = image = as_grey_or_rgb(first, path)
    if count > 1:
        upright = as_grey_or_rgb(all_of(path, loader, count, is_turned=orientation > 1), path)
    elif orientation > 1:  # a turned image is not read row by row; a large one libvips keeps on disk meanwhile
        upright = as_grey_or_rgb(loaded(path, loader, access="random").autorot(), path)
    if loader == "tiffload_source":
        image = _with_tags(image, path)
    metadata = metadata_of(image, swaps_axes=orientation in _SIDEWAYS)
    if count > 1:
        metadata = replace(metadata, **timing_of(upright, count))
    layout = _layout(upright, metadata, count)
    is_mask = loader == "gifload_source" and layout.has_alpha
    return Reader(path, replace(layout, is_mask=is_mask), partial(_strips, upright, layout))


def _with_tags(image: Any, path: Path) -> Any:
    """An image of libvips with what it does not read of a TIFF file."""
    from superres.image.tiff_tags import tags_of  # noqa: PLC0415 - with Pillow, which most pictures do not need

    exif, iptc = tags_of(path)
    image = image.copy()
    if image.get_typeof("iptc-data"):  # a part of it
        image.remove("iptc-data")
    if iptc is not None:
        image.set_type(pyvips.GValue.blob_type, "iptc-data", iptc)
    return image if exif is None else with_exif(image, exif)


def _heic(path: Path, max_pixels: int) -> Reader:
    image = as_grey_or_rgb(read_heic(path, partial(_check_size, path, max_pixels=max_pixels)), path)
    layout = _layout(image, metadata_of(image, swaps_axes=False), 1)
    return Reader(path, layout, partial(_strips, image, layout))


def _check_size(path: Path, width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise ImageTooLargeError(
            f"{path} claims {width}×{height} pixels, more than the limit of {max_pixels / 1e6:g} million; "
            "a higher limit can be given with --max-pixels"
        )


def _layout(image: Any, metadata: Metadata, pages: int) -> Layout:
    return Layout(
        height=image.height // pages,
        width=image.width,
        channels=image.bands,
        dtype=np.dtype(TYPES[image.format]),
        metadata=metadata,
        pages=pages,
    )


def _strips(image: Any, layout: Layout) -> Strips:
    region: Any = pyvips.Region.new(image)
    for page in range(layout.pages):
        for top in range(0, layout.height, ROWS):
            rows = min(ROWS, layout.height - top)
            values: Any = region.fetch(0, page * layout.height + top, layout.width, rows)
            yield np.frombuffer(values, layout.dtype).reshape(rows, layout.width, layout.channels)
