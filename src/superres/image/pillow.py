"""Formats that Pillow reads and libvips' wheels do not: bitmaps of benchmarks, games, scanners and archives.

Colours come in 8 bit, grey in 16 where a file has them, and of what is not pixels only the resolution.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError, features

from superres.errors import SuperResError
from superres.image.picture import Integers, Layout, Metadata
from superres.image.strips import ROWS, Strips

_WIDE = ("I", "I;16", "I;16B", "I;16L", "I;16N")
"""Pillow's names for grey of more than 8 bit."""

_INCH = 25.4
"""Millimetres."""

_DAMAGE = (ValueError, TypeError, KeyError, IndexError, EOFError, NotImplementedError, ArithmeticError, struct.error)
"""What Pillow's readers raise where a file makes no sense, besides OSError and SyntaxError."""


def kinds() -> Mapping[str, bool]:
    """What is read so, by the formats' own names, and whether this installation can."""
    return {**dict.fromkeys(("BMP", "PNM", "TGA", "DDS"), True), "JPEG 2000": bool(features.check("jpg_2000"))}


def read_by_pillow(path: Path, name: str, check: Callable[[int, int], None]) -> tuple[Layout, Callable[[], Strips]]:
    """What a file holds, and what makes its rows.

    Args:
        path: The file.
        name: Of its format; see `superres.image.signatures.pillow_name`.
        check: Called with width and height [pixels] before anything is decoded; may raise.

    Raises:
        OSError: If it is damaged, as the rows do, too.
        SyntaxError: The same.
    """
    with opened_by_pillow(path, name) as image:
        check(image.width, image.height)
        mode = _mode_of(image)
        layout = Layout(
            height=image.height,
            width=image.width,
            channels=1 if mode in _WIDE else len(mode),
            dtype=np.dtype(np.uint16 if mode in _WIDE else np.uint8),
            metadata=Metadata(resolution=_resolution_of(image)),
        )
    return layout, partial(_strips, path, name, mode, layout)


@contextmanager
def opened_by_pillow(path: Path, name: str | None = None) -> Generator[Image.Image]:
    """An image of Pillow, whose own limit of pixels refuses as a damaged file does; ours was asked before.

    Args:
        path: The file.
        name: Of its format, if it can be no other.

    Raises:
        OSError: If it is damaged, also where its pixels are taken.
        SyntaxError: The same.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=None if name is None else [name])
        with image:
            yield image
    except SuperResError:
        raise
    except UnidentifiedImageError as error:
        raise OSError("its header makes no sense") from error
    except (*_DAMAGE, Image.DecompressionBombError) as error:
        raise OSError(" ".join(str(error).split()) or "no reason given") from error


def _mode_of(image: Image.Image) -> str:
    """What it becomes: grey of 16 bit, or of 8 bit grey or RGB, with alpha or without."""
    if image.mode in _WIDE:
        return image.mode
    colours = "L" if image.mode in ("1", "L", "LA") else "RGB"
    return f"{colours}A" if image.has_transparency_data else colours


def _resolution_of(image: Image.Image) -> tuple[float, float] | None:
    across, down = image.info.get("dpi", (0, 0))
    return (across / _INCH, down / _INCH) if across > 0 and down > 0 else None


def _strips(path: Path, name: str, mode: str, layout: Layout) -> Strips:
    """All rows, of an image that is decoded as a whole."""
    with opened_by_pillow(path, name) as image:
        pixels: Integers = np.asarray(image if mode in _WIDE else image.convert(mode))
        pixels = pixels.astype(layout.dtype, copy=False).reshape(layout.height, layout.width, layout.channels)
        for top in range(0, layout.height, ROWS):
            yield pixels[top : top + ROWS]
