"""One file of a training set, looked at as a whole: what its header says, and what its pixels show."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.data.datasets.rgb import read_rgb
from superres.data.inspection.likeness import Sight, sight
from superres.data.inspection.lossy import jpeg_traces
from superres.data.inspection.sharpness import spectrum_filling
from superres.errors import SuperResError
from superres.image.files import open_picture
from superres.image.libvips import pyvips
from superres.image.pillow import opened_by_pillow

GREY, ALPHA, WIDE, PRINT, PALETTE = "grey", "alpha", "16 bit", "CMYK or Lab", "palette"
"""Peculiarities that a training set does not keep."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What was seen of a readable image."""

    name: str
    """Of the file; with its folder's where there are several."""
    height: int
    width: int
    peculiarities: frozenset[str]
    pixels_sha256: str
    sight: Sight
    jpeg_traces: float
    spectrum_filling: float


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that cannot be read as an image."""

    name: str
    sentence: str


def look(path: Path, name: str) -> Look | Damage:
    """Read a file as a training would, and look at it; `name` is what it is called."""
    try:
        pixels = read_rgb(path)
    except SuperResError as error:
        return Damage(name, str(error).removeprefix(f"{path} "))
    return Look(
        name=name,
        height=pixels.shape[0],
        width=pixels.shape[1],
        peculiarities=_peculiarities(path, pixels),
        pixels_sha256=hashlib.sha256(repr(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest(),
        sight=sight(pixels),
        jpeg_traces=jpeg_traces(pixels),
        spectrum_filling=spectrum_filling(pixels),
    )


def _peculiarities(path: Path, pixels: NDArray[np.uint8]) -> frozenset[str]:
    layout = open_picture(path).layout
    is_for_print, has_palette = _origins(path)
    claims = {
        GREY: layout.is_grey or bool((pixels[..., :1] == pixels[..., 1:]).all()),
        ALPHA: layout.has_alpha,
        WIDE: layout.dtype != np.uint8,
        PRINT: is_for_print,
        PALETTE: has_palette,
    }
    return frozenset(name for name, holds in claims.items() if holds)


def _origins(path: Path) -> tuple[bool, bool]:
    """Whether the file's own colours are those of print, or of a palette."""
    name: Any = os.fsencode(path)
    try:
        header: Any = pyvips.Image.new_from_source(pyvips.Source.new_from_file(name), "")
    except pyvips.Error:  # a format that others read
        with suppress(OSError, SyntaxError), opened_by_pillow(path) as image:
            return False, image.mode == "P"
        return False, False
    return header.interpretation in ("cmyk", "lab", "labs"), bool(header.get_typeof("palette"))
