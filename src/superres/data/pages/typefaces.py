"""The typefaces of a folder, by family, so that a family of seventy faces is not drawn seventy times as often."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from superres.errors import InvalidRequestError, MissingFileError

SUFFIXES = (".otf", ".ttf")
_TRIAL = 64
"""Size [pixels per em] at which a face is measured."""
_NEEDED = "aegnostEHRT0159.,"
"""Signs that a face must draw, and each otherwise than what it lacks."""
_LACKING = "\uffff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Typeface:
    """One face of a family."""

    path: Path
    family: str
    capital: float
    """Height of the letter H as a share of the em."""

    def at(self, capital: float) -> FreeTypeFont:
        """The face where capitals have this height [pixels]."""
        return _opened(self.path, capital / self.capital)


def typefaces(folder: Path) -> dict[str, list[Typeface]]:
    """The faces below a folder that have letters, sorted, by family.

    Args:
        folder: Searched with all folders below it for .ttf and .otf files. Faces of symbols or other
            scripts are left out, where they do not claim to have letters.

    Raises:
        MissingFileError: If the folder is not there.
        InvalidRequestError: If no face below it has Latin letters.
    """
    if not folder.is_dir():
        raise MissingFileError(f"typefaces were to be read from {folder}, but there is no such folder")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    found: dict[str, list[Typeface]] = {}
    for path in paths:
        face = _measured(path)
        if face is not None:
            found.setdefault(face.family, []).append(face)
    if not found:
        raise InvalidRequestError(
            f"{folder} has {len(paths)} files that end in .ttf or .otf, and none with Latin letters; "
            "name a folder of typefaces, such as /usr/share/fonts"
        )
    return found


def drawn_typeface(families: dict[str, list[Typeface]], random: np.random.Generator) -> Typeface:
    """A face of a family; all families are equally likely."""
    names = sorted(families)
    faces = families[names[int(random.integers(len(names)))]]
    return faces[int(random.integers(len(faces)))]


def _measured(path: Path) -> Typeface | None:
    """A face, or nothing where it cannot be read or lacks letters."""
    try:
        font = _opened(path, _TRIAL)
        lacking = _drawing(font, _LACKING)
        drawings = {_drawing(font, sign) for sign in _NEEDED}
        top, bottom = font.getbbox("H")[1::2]
    except (OSError, ValueError):
        return None
    is_latin = len(drawings) == len(_NEEDED) and lacking not in drawings and bottom > top
    family = font.getname()[0] or path.stem
    return Typeface(path=path, family=family, capital=(bottom - top) / _TRIAL) if is_latin else None


def _drawing(font: FreeTypeFont, sign: str) -> bytes:
    image = Image.new("L", (2 * _TRIAL, 2 * _TRIAL))
    ImageDraw.Draw(image).text((_TRIAL / 2, _TRIAL / 2), sign, fill=255, font=font)
    return image.tobytes()


def _opened(path: Path, size: float) -> FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
