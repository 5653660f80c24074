"""EXIF and IPTC in TIFF files, which libvips neither reads nor writes there; by Pillow.

Source: TIFF 6.0, section 2; Exif 2.32, section 4.6 (whose tags are those of TIFF, and further directories).
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from superres.image.iptc import bare
from superres.image.picture import Layout

_DIRECTORIES = (0x8769, 0x8825)
"""Of the photograph, and of its place."""
_IPTC = 0x83BB
_DESCRIBING = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298, *range(0x9C9B, 0x9CA0))
"""Title, maker, model, software, date, artist, computer, copyright, and Windows' own; others tell how pixels lie."""
_STRIPS = 0x0111
"""Where pixels lie."""
_LONG = 4
"""Numbers of four bytes, as a type."""
_SIZES = (0xA002, 0xA003)
"""Width and height among the tags of the photograph."""
_POINTERS = (0xA005,)
"""To directories within directories, which are left out."""
_FIRST = 4
"""Where a file says where its first directory begins."""
_LARGE = 43
"""The number of files with 64-bit offsets, to which nothing is added."""
_DAMAGED = (OSError, SyntaxError, struct.error, ValueError, KeyError, TypeError, IndexError, OverflowError, EOFError)
"""What Pillow raises where a directory makes no sense."""


def tags_of(path: Path) -> tuple[bytes | None, bytes | None]:
    """EXIF as a block, and IPTC, of the first page; None where there is none, or it makes no sense."""
    try:
        with warnings.catch_warnings(action="ignore"), path.open("rb") as file:
            main = _directory(file)
            exif = Image.Exif()
            for tag in _DESCRIBING:
                if tag in main:
                    exif[tag] = main[tag]
            for tag in _DIRECTORIES:
                if tag in main:
                    exif.get_ifd(tag).update(_below(file, main, tag))
            found = main.get(_IPTC)
            return (exif.tobytes() if exif or any(map(exif.get_ifd, _DIRECTORIES)) else None), _as_bytes(found)
    except _DAMAGED:
        return None, None


def add_tags(path: Path, layout: Layout) -> None:
    """Add what a picture's metadata says to a file of one page that libvips has written.

    Args:
        path: The file.
        layout: Of the picture.

    Raises:
        OSError: If the place does not take it.
    """
    told = layout.metadata
    iptc = None if told.iptc is None else bare(told.iptc)
    if layout.pages > 1 or (told.exif is None and iptc is None):
        return
    with path.open("r+b") as file:
        if _is_large(file.read(4)):
            return
        main = _directory(file)
        for tag in list(main):  # only what has been looked at is written
            main[tag]
        # Where pixels are few, libvips counts in two bytes, which do not hold what Pillow makes of these meanwhile.
        main.tagtype[_STRIPS] = _LONG
        if told.exif is not None:
            with (
                warnings.catch_warnings(action="ignore"),
                suppress(*_DAMAGED),
            ):  # a block that makes no sense costs no picture
                _describe(main, told.exif, layout)
        if iptc is not None:
            main[_IPTC] = iptc
        place = file.seek(0, 2)
        place += file.write(b"\0" * (place % 2))
        file.write(_with_strips(main.tobytes(place), place, main[_STRIPS]))
        file.seek(_FIRST)
        file.write(struct.pack("<L", place))


def _with_strips(directory: bytes, place: int, strips: tuple[int, ...]) -> bytes:
    """A directory that Pillow has made, which takes for granted that the pixels will lie behind it."""
    changed = bytearray(directory)
    (count,) = struct.unpack_from("<H", changed)
    for entry in range(2, 2 + 12 * count, 12):
        tag, _, values, pointer = struct.unpack_from("<HHLL", changed, entry)
        if tag == _STRIPS:
            struct.pack_into(f"<{values}L", changed, entry + 8 if values == 1 else pointer - place, *strips)
    return bytes(changed)


def _describe(main: Any, block: bytes, layout: Layout) -> None:
    exif = Image.Exif()
    exif.load(block)
    for tag in _DESCRIBING:
        if tag in exif:
            main[tag] = exif[tag]
    for tag in _DIRECTORIES:
        below = {key: value for key, value in exif.get_ifd(tag).items() if key not in _POINTERS}
        if below:
            sizes = dict(zip(_SIZES, (layout.width, layout.height), strict=True))
            main[tag] = below | {key: value for key, value in sizes.items() if key in below}


def _directory(file: BinaryIO) -> Any:
    """The first one."""
    main: Any = ImageFileDirectory_v2(_head(file))
    file.seek(main.next)
    main.load(file)
    return main


def _below(file: BinaryIO, main: Any, tag: int) -> dict[int, Any]:
    below: Any = ImageFileDirectory_v2(_head(file), group=tag)
    file.seek(main[tag])
    below.load(file)
    return {key: value for key, value in below.items() if key not in _POINTERS}


def _head(file: BinaryIO) -> bytes:
    """As long as Pillow wants it."""
    file.seek(0)
    head = file.read(8)
    return head + file.read(8) if _is_large(head) else head


def _is_large(head: bytes) -> bool:
    return _LARGE in head[2:4]


def _as_bytes(value: Any) -> bytes | None:
    """Of records, which some programs have written as numbers of four bytes."""
    if isinstance(value, tuple):
        pack: Callable[..., bytes] = struct.Struct(f"<{len(value)}L").pack
        return pack(*value)
    return value if isinstance(value, bytes) else None
