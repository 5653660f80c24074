"""What kind of picture a file is, by how it begins and what it is called; nothing is decoded."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from superres.image.heic import BRANDS

READABLE_SUFFIXES = (
    *(".png", ".apng", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif", ".gif", ".heic", ".heif"),
    *(".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".dds", ".jp2", ".j2k"),
)
"""Files that a folder's listing takes for images; reading itself looks at the content, and only in that of TGA files is
nothing that tells them."""

HEIC = "heic"
"""The loader of HEIC photographs, which is none of libvips."""

_OF_LIBVIPS = (
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

_OF_PILLOW = (
    (re.compile(rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0", re.DOTALL), "BMP"),  # and how long its header is
    (re.compile(rb"P[1-6][\s#]"), "PPM"),
    (re.compile(rb"DDS "), "DDS"),
    (re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"), "JPEG2000"),
)
"""How files begin, and what Pillow calls them."""

_UNSIGNED = {".tga": "TGA"}
"""By the endings of names: files that begin like nothing."""

_SIGNATURE = 8
_HEADER = struct.Struct(">I4s")
_CHECKSUM = 4
_CHUNKS = 1000
"""Of a PNG file, at most looked at."""


def loader_of(head: bytes) -> str | None:
    """The operation of libvips that loads a file, or `HEIC`, or None.

    Args:
        head: The file's first 16 bytes.
    """
    found = next((name for offset, mark, name in _OF_LIBVIPS if head.startswith(mark, offset)), None)
    return HEIC if found == "heifload_source" and head[8:12] in BRANDS else found


def pillow_name(head: bytes, path: Path) -> str | None:
    """What Pillow calls the format of a file, if it is one that libvips does not read.

    Args:
        head: The file's first 16 bytes.
        path: The file.
    """
    found = (name for mark, name in _OF_PILLOW if mark.match(head))
    return next(found, _UNSIGNED.get(path.suffix.lower()))


def is_animated_png(path: Path) -> bool:
    """Whether a PNG file has a chunk that says so before its pixels begin."""
    with path.open("rb") as file:
        place = _SIGNATURE
        for _ in range(_CHUNKS):
            file.seek(place)
            header = file.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return False
            length, kind = _HEADER.unpack(header)
            if kind in (b"acTL", b"IDAT"):
                return kind == b"acTL"
            place += _HEADER.size + length + _CHECKSUM
    return False
