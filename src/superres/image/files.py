"""Image files: read with everything that belongs to the picture, written in one step.

Upright pixels, 8 or 16 bit, grey or RGB, alpha, ICC profile, EXIF, XMP and IPTC go in and out.
"""

from __future__ import annotations

import logging
import os
import uuid
from pathlib import Path
from typing import Any

import numpy as np

from superres.errors import (
    ExistingFileError,
    ImageTooLargeError,
    InvalidImageError,
    InvalidRequestError,
    MissingFileError,
    UnreadableFileError,
    UnwritableFileError,
)
from superres.image.formats import FORMATS
from superres.image.picture import Integers, Metadata, Picture
from superres.image.pixels import to_eight_bit

# pyvips reports every call to the root logger unless somebody listens.
logging.getLogger("pyvips").addHandler(logging.NullHandler())
logging.getLogger("pyvips").propagate = False
import pyvips  # noqa: E402

MAX_PIXELS = 300_000_000
"""More pixels than this are refused before anything is decoded, unless the caller allows more."""

READABLE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif", ".gif")
"""Files that a folder's listing takes for images; reading itself looks at the content, not the name."""

_LOADERS = ("pngload", "jpegload", "webpload", "tiffload", "heifload", "gifload")
_BLOBS = {"icc": "icc-profile-data", "exif": "exif-data", "xmp": "xmp-data", "iptc": "iptc-data"}


def read_picture(path: Path, *, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read the first page of an image file, upright.

    CMYK and Lab become sRGB; a palette becomes RGB; EXIF orientation is applied and removed.

    Args:
        path: PNG, JPEG, WebP, TIFF, AVIF or GIF, whatever its name.
        max_pixels: Images that claim more are refused from their header.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is empty, truncated, not allowed to be read, or no image.
        ImageTooLargeError: If it claims more pixels than the limit.
        InvalidImageError: If its pixels are of a kind that is not known here.
    """
    _check_input(path)
    try:
        return _read(path, max_pixels)
    except pyvips.Error as error:
        raise UnreadableFileError(
            f"{path} was to be read as an image, but it is damaged, truncated or no image ({_reason(error)}); "
            "PNG, JPEG, WebP, TIFF, AVIF and GIF can be read"
        ) from error


def image_files(folder: Path) -> tuple[Path, ...]:
    """The images of a folder, by name; not those of its subfolders.

    Raises:
        MissingFileError: If there is no such folder, or no image in it.
    """
    if not folder.is_dir():
        raise MissingFileError(f"images were to be read from {folder}, but there is no such folder")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in READABLE_SUFFIXES and path.is_file())
    if not found:
        raise MissingFileError(
            f"{folder} holds no image; files that end in {', '.join(READABLE_SUFFIXES)} are looked for"
        )
    return tuple(found)


def _check_input(path: Path) -> None:
    if not path.exists():
        raise MissingFileError(f"{path} was to be read as an image, but there is no such file")
    if path.is_dir():
        raise UnreadableFileError(f"{path} was to be read as an image, but it is a folder; name a file in it")
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror}") from error
    if is_empty:
        raise UnreadableFileError(f"{path} was to be read as an image, but it is empty")


def _reason(error: Any) -> str:
    """The last line of what libvips says."""
    lines = [
        line.strip() for line in str(error.detail if hasattr(error, "detail") else error).splitlines() if line.strip()
    ]
    return lines[-1] if lines else "no reason given"


def _read(path: Path, max_pixels: int) -> Picture:
    image = _open(path, "sequential")
    if not str(image.get("vips-loader")).startswith(_LOADERS):
        raise UnreadableFileError(f"{path} is no PNG, JPEG, WebP, TIFF, AVIF or GIF; convert it to one of them first")
    if image.width * image.height > max_pixels:
        raise ImageTooLargeError(
            f"{path} claims {image.width}×{image.height} pixels, more than the limit of {max_pixels / 1e6:g} million; "
            "a higher limit can be given with --max-pixels"
        )
    if image.get_typeof("orientation") and image.get("orientation") > 1:
        image = _open(path, "random").autorot()
    image = _as_rgb_or_grey(image, path)
    values: Any = image.numpy()
    pixels = values.reshape(image.height, image.width, image.bands)
    has_alpha = image.bands in (2, 4)
    return Picture(
        pixels=np.ascontiguousarray(pixels[..., :-1]) if has_alpha else pixels,
        alpha=np.ascontiguousarray(pixels[..., -1]) if has_alpha else None,
        metadata=_metadata(image),
    )


def _open(path: Path, access: str) -> Any:
    return pyvips.Image.new_from_file(str(path), access=access, fail_on="truncated")


def _as_rgb_or_grey(image: Any, path: Path) -> Any:
    if image.interpretation in ("cmyk", "lab", "labs"):
        wide = image.format == "ushort"
        image = (
            image.icc_transform("srgb", embedded=True, depth=16 if wide else 8)
            if _has_profile(image)
            else image.colourspace("srgb")
        )
        image = image.copy()
        image.remove("icc-profile-data") if _has_profile(image) else None
    if image.format not in ("uchar", "ushort"):
        raise InvalidImageError(f"{path} holds values of the type {image.format}; convert it to 8 or 16 bit first")
    if image.bands > 4:
        raise InvalidImageError(f"{path} has {image.bands} channels; grey or RGB, with or without alpha, can be used")
    return image


def _has_profile(image: Any) -> bool:
    return bool(image.get_typeof("icc-profile-data"))


def _metadata(image: Any) -> Metadata:
    names = set(image.get_fields())
    blobs = {key: bytes(image.get(name)) for key, name in _BLOBS.items() if name in names}
    fields = tuple((name, str(image.get(name))) for name in sorted(names) if name.startswith("exif-ifd"))
    has_resolution = "resolution-unit" in names or "exif-ifd0-XResolution" in names
    return Metadata(**blobs, exif_fields=fields, resolution=(image.xres, image.yres) if has_resolution else None)


def check_output(path: Path, *, overwrite: bool = False, height: int = 1, width: int = 1) -> None:
    """Refuse a place that could not be written to, before any work is done for it.

    Args:
        path: The file to be written.
        overwrite: Whether an existing file may be replaced.
        height: Of the picture [pixels].
        width: Of the picture [pixels].

    Raises:
        InvalidRequestError: If the name's ending is no known format.
        ExistingFileError: If the file exists and may not be replaced.
        UnwritableFileError: If the folder is missing or closed, or the format does not take this size.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidRequestError(
            f"{path} was to be written, but {suffix or 'no ending'!r} names no format; use {', '.join(FORMATS)}"
        )
    if path.is_dir():
        raise UnwritableFileError(f"{path} was to be written as a file, but it is a folder")
    if path.exists() and not overwrite:
        raise ExistingFileError(f"{path} already exists; give --overwrite to replace it, or another --output")
    if not path.parent.is_dir():
        raise UnwritableFileError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise UnwritableFileError(f"{path} cannot be written: the folder {path.parent} does not allow it")
    limit = FORMATS[suffix].longest_side
    if max(height, width) > limit:
        raise UnwritableFileError(
            f"{path} would be {width}×{height} pixels, but {suffix} files end at {limit} pixels a side; use .png or .tif"
        )


def write_picture(path: Path, picture: Picture, *, quality: int | None = None, overwrite: bool = False) -> None:
    """Write an image file; until it is complete, nothing bears its name.

    JPEG and WebP have 8 bits, JPEG no alpha: 16-bit values are rounded, transparency shows white. AVIF
    keeps 12 bits.

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
    check_output(path, overwrite=overwrite, height=picture.height, width=picture.width)
    if quality is not None and not 1 <= quality <= 100:
        raise InvalidRequestError(f"a quality of {quality} was asked for; it lies between 1 and 100")
    suffix = path.suffix.lower()
    temporary = path.with_name(f".{path.stem[:100]}.{uuid.uuid4().hex[:8]}.part{suffix}")
    try:
        FORMATS[suffix].save(_to_vips(picture, suffix), str(temporary), quality)
        _publish(temporary, path, overwrite)
    except (pyvips.Error, OSError) as error:
        if isinstance(error, ExistingFileError):
            raise
        raise UnwritableFileError(f"{path} could not be written: {_reason(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, path: Path, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(path)
        return
    try:
        os.link(temporary, path)  # unlike a rename, never replaces what appeared meanwhile
    except FileExistsError as error:
        raise ExistingFileError(f"{path} appeared while it was being made; give --overwrite to replace it") from error
    except OSError:  # a file system without hard links
        temporary.rename(path)


def _to_vips(picture: Picture, suffix: str) -> Any:
    pixels, alpha = picture.pixels, picture.alpha
    if pixels.dtype == np.uint16 and not FORMATS[suffix].is_wide:
        pixels, alpha = to_eight_bit(pixels), None if alpha is None else to_eight_bit(alpha)
    if alpha is not None and not FORMATS[suffix].has_alpha:
        pixels, alpha = _on_white(pixels, alpha), None
    if alpha is not None:
        pixels = np.concatenate([pixels, alpha[..., None]], axis=2)
    image: Any = pyvips.Image.new_from_array(np.ascontiguousarray(pixels))
    return _with_metadata(image, picture)


def _on_white(pixels: Integers, alpha: Integers) -> Any:
    white = int(np.iinfo(pixels.dtype).max)
    cover = alpha[..., None].astype(np.float32) / white
    return np.rint(pixels * cover + white * (1 - cover)).astype(pixels.dtype)


def _with_metadata(image: Any, picture: Picture) -> Any:
    wide = image.format == "ushort"
    grey, rgb = ("grey16", "rgb16") if wide else ("b-w", "srgb")
    metadata = picture.metadata
    options: dict[str, Any] = {"interpretation": grey if picture.is_grey else rgb}
    if metadata.resolution is not None:
        options |= {"xres": metadata.resolution[0], "yres": metadata.resolution[1]}
    image = image.copy(**options)
    for key, name in _BLOBS.items():
        value = getattr(metadata, key)
        if value is not None:
            image.set_type(pyvips.GValue.blob_type, name, value)
    for name, text in metadata.exif_fields:
        image.set_type(pyvips.GValue.gstr_type, name, text)
    return image
