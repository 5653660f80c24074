"""Image files: read with everything that belongs to the picture, written in one step.

Upright pixels, 8 or 16 bit, grey or RGB, alpha, ICC profile, EXIF, XMP, IPTC and resolution go in and out.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path

from superres.errors import (
    ExistingFileError,
    InvalidRequestError,
    MissingFileError,
    SuperResError,
    UnreadableFileError,
    UnwritableFileError,
)
from superres.image.decoding import Reader, opened, reason
from superres.image.encoding import encode
from superres.image.formats import FORMATS
from superres.image.libvips import pyvips
from superres.image.picture import Layout, Picture
from superres.image.placing import placed
from superres.image.signatures import READABLE_SUFFIXES
from superres.image.strips import Strips, strips_of

MAX_PIXELS = 300_000_000
"""More pixels than this are refused before anything is decoded, unless the caller allows more."""

_NO_ROOM = 2**16
"""Bytes: a disk that has fewer left is full."""
_ADDRESS = re.compile("[a-z]{3,}:/")
"""How an address of the web begins, of which a path keeps one slash; drives have one letter."""


def read_picture(path: Path, *, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read an image file as a whole; see `open_picture`."""
    return open_picture(path, max_pixels=max_pixels).picture()


def open_picture(path: Path, *, max_pixels: int = MAX_PIXELS, all_pages: bool = False) -> Reader:
    """Open an image file, upright, and read its header.

    CMYK and Lab become sRGB; a palette becomes RGB; EXIF orientation is applied and removed.

    Args:
        path: PNG, JPEG, WebP, TIFF, AVIF, GIF, HEIC, BMP, PNM, DDS or JPEG 2000, whatever its name; TGA by its name.
        max_pixels: Images that claim more are refused from their header.
        all_pages: Whether pages after the first count too: frames of an animation, pages of a TIFF file.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is empty, truncated, not allowed to be read, or no image. Whether the pixels are
            whole shows when they are read.
        ImageTooLargeError: If it claims more pixels than the limit.
        InvalidImageError: If its pixels are of a kind that is not known here, or its pages are not alike.
        MissingPackageError: If it is a HEIC file, and what reads these is not installed.
    """
    check_input(path)
    return opened(path, max_pixels, all_pages=all_pages)


def check_input(path: Path, kind: str = "an image") -> None:
    """Refuse what is no file.

    Args:
        path: What was named.
        kind: What it was to be read as.

    Raises:
        MissingFileError: If there is nothing of this name.
        UnreadableFileError: If it is a folder, a device or a pipe, or cannot be looked at.
    """
    try:
        mode = _mode(path)
    except OSError as error:
        raise UnreadableFileError(f"{path} was to be read as {kind}, but cannot be: {reason(error)}") from error
    if mode is None:
        hint = "; nothing is read from the web, so save the file first" if _ADDRESS.match(path.as_posix()) else ""
        raise MissingFileError(f"{path} was to be read as {kind}, but there is no such file{hint}")
    if stat.S_ISDIR(mode):
        raise UnreadableFileError(f"{path} was to be read as {kind}, but it is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise UnreadableFileError(f"{path} was to be read as {kind}, but it is a device or a pipe; name a file")


def write_picture(path: Path, picture: Picture, *, quality: int | None = None, overwrite: bool = False) -> None:
    """Write an image file; until it is complete, nothing bears its name.

    What a format cannot hold: JPEG and WebP have 8 bits, to which 16-bit values are rounded, AVIF has 12.
    JPEG has no alpha, transparency shows white. WebP and AVIF have no grey and repeat it in RGB. TIFF has no EXIF.

    Args:
        path: Its ending names the format: .png, .jpg, .webp, .tif or .avif.
        picture: What to write.
        quality: 1 to 100 for JPEG, WebP and AVIF; where not given 95, lossless and 80.
        overwrite: Whether an existing file may be replaced.

    Raises:
        InvalidRequestError: If the name's ending is no known format, or the quality is out of range.
        ExistingFileError: If the file exists and may not be replaced.
        UnwritableFileError: If the place does not take the file.
    """
    write_strips(path, strips_of(picture), picture.layout, quality=quality, overwrite=overwrite)


def write_strips(
    path: Path, strips: Strips, layout: Layout, *, quality: int | None = None, overwrite: bool = False
) -> None:
    """Write an image file while its rows are made; see `write_picture`, which writes the same file.

    Args:
        path: See `write_picture`.
        strips: All rows. What they raise leaves no file.
        layout: What they are.
        quality: See `write_picture`.
        overwrite: See `write_picture`.
    """
    check_output(path, overwrite=overwrite, layout=layout)
    check_quality(quality)
    try:
        with placed(path, overwrite=overwrite) as unfinished:
            try:
                encode(strips, layout, unfinished, FORMATS[path.suffix.lower()], quality)
            except pyvips.Error as error:
                raise UnwritableFileError(f"{path} could not be written: {_failure(error, path.parent)}") from error
    except SuperResError:
        raise
    except OSError as error:
        raise UnwritableFileError(f"{path} could not be written: {reason(error)}") from error


def _failure(error: pyvips.Error, folder: Path) -> str:
    """Why a file could not be written, which libvips tells only one of several threads that fail at a time."""
    with suppress(OSError):
        if shutil.disk_usage(folder).free < _NO_ROOM:
            return os.strerror(ENOSPC)
    return reason(error)


def check_quality(quality: int | None) -> None:
    """Refuse a quality that no format knows.

    Raises:
        InvalidRequestError: If it is not from 1 to 100.
    """
    if quality is not None and not 1 <= quality <= 100:
        raise InvalidRequestError(f"a quality of {quality} was asked for; it lies between 1 and 100")


def image_files(folder: Path) -> tuple[Path, ...]:
    """The images of a folder, by name; neither hidden ones nor those of its subfolders.

    Raises:
        MissingFileError: If there is no such folder, or no image in it.
        UnreadableFileError: If the folder does not allow to be read.
    """
    try:
        if not stat.S_ISDIR(_mode(folder) or 0):
            raise MissingFileError(f"images were to be read from {folder}, but there is no such folder")
        found = sorted(path for path in folder.iterdir() if is_image(path))
    except SuperResError:
        raise
    except OSError as error:
        raise UnreadableFileError(f"images were to be read from {folder}, but cannot be: {reason(error)}") from error
    if not found:
        raise MissingFileError(
            f"{folder} holds no image; files that end in {', '.join(READABLE_SUFFIXES)} are looked for"
        )
    return tuple(found)


def check_output(path: Path, *, overwrite: bool = False, layout: Layout | None = None) -> None:
    """Refuse a place that could not be written to, before any work is done for it.

    Args:
        path: The file to be written.
        overwrite: Whether an existing file may be replaced.
        layout: Of the picture, where it is known.

    Raises:
        InvalidRequestError: If the name's ending is no known format.
        ExistingFileError: If the file exists and may not be replaced.
        UnwritableFileError: If the folder is missing or closed, or the format does not take this size, or so many
            pages.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidRequestError(
            f"{path} was to be written, but {suffix or 'no ending'!r} names no format; use {', '.join(FORMATS)}"
        )
    check_place(path, overwrite=overwrite)
    if layout is not None:
        _check_layout(path, layout)


def _check_layout(path: Path, layout: Layout) -> None:
    suffix = path.suffix.lower()
    form = FORMATS[suffix]
    if max(layout.height, layout.width) > form.longest_side:
        raise UnwritableFileError(
            f"{path} would be {layout.width}×{layout.height} pixels, but {suffix} files end at {form.longest_side} "
            "pixels a side; use .png or .tif"
        )
    is_animation = bool(layout.metadata.delays)
    if layout.pages > 1 and not (form.has_frames if is_animation else form.has_pages):
        kind, others = ("frames", ".gif, .webp or .png") if is_animation else ("pages", ".tif")
        raise UnwritableFileError(
            f"{path} would have {layout.pages} {kind}, which {suffix} files have no place for; use {others}"
        )


def check_place(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a place that could not be written to, whatever shall be written there.

    Args:
        path: The file to be written.
        overwrite: Whether an existing file may be replaced.

    Raises:
        ExistingFileError: If the file exists and may not be replaced.
        UnwritableFileError: If the folder is missing or closed, or the path is that of a folder.
    """
    try:
        _check_place(path, overwrite=overwrite)
    except SuperResError:
        raise
    except OSError as error:
        raise UnwritableFileError(f"{path} cannot be written: {reason(error)}") from error


def _check_place(path: Path, *, overwrite: bool) -> None:
    mode = _mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise UnwritableFileError(f"{path} was to be written as a file, but it is a folder")
    if mode is not None and not overwrite:
        raise ExistingFileError(f"{path} already exists; give --overwrite to replace it, or another --output")
    if not stat.S_ISDIR(_mode(path.parent) or 0):
        raise UnwritableFileError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise UnwritableFileError(f"{path} cannot be written: the folder {path.parent} does not allow it")


def is_image(path: Path) -> bool:
    """Whether a folder's listing takes a file for an image."""
    # Hidden files are other systems' notes about images, such as macOS's "._photo.jpg".
    return path.suffix.lower() in READABLE_SUFFIXES and not path.name.startswith(".") and path.is_file()


def _mode(path: Path) -> int | None:
    """Kind and permissions of what is at a path, or None if nothing is; OSError if the path makes no sense."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise OSError(f"its name is not allowed ({error})") from error
