"""Excerpts of one image for a report: a small picture of it, a crop of every model's answer, and maps of the errors.

Everything is stored as small files, so that a report is made without opening the images again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

from superres.image.files import write_picture
from superres.image.picture import Picture
from superres.image.resize import resize_integers
from superres.models.writing import replace_file

Pixels = NDArray[np.uint8]

CROP = 96
"""Side of a crop [pixels of the result]."""
SMALL = 360
"""Longest side of the small pictures and the maps [pixels]."""
WHITE_AT = 32
"""Mean difference of the three colours, in steps of 255, from which on a map shows its brightest colour."""
LOSSY = 88
"""WebP quality of what is only looked at as a whole; crops are lossless."""
COLOURS = "inferno"
FACTS = "exhibit.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exhibit:
    """The excerpts of an image, as files of a folder."""

    folder: Path
    box: tuple[float, float, float, float]
    """Left, top, width and height of the crop, as shares of the image's width and height."""
    models: tuple[str, ...]

    @property
    def picture(self) -> Path:
        """The whole reference, small."""
        return self.folder / "whole.webp"

    @property
    def crop(self) -> Path:
        """The crop of the reference."""
        return self.folder / "crop.png"

    def crop_of(self, model: str) -> Path:
        """The crop of a model's answer."""
        return self.folder / f"{model}_crop.png"

    def error_of(self, model: str) -> Path:
        """The map of a model's errors over the whole image."""
        return self.folder / f"{model}_error.webp"

    def files(self) -> list[Path]:
        """All of them."""
        return [self.picture, self.crop, *(of(model) for model in self.models for of in (self.crop_of, self.error_of))]


def write_exhibit(folder: Path, high: Pixels, answers: Mapping[str, Pixels], fingerprints: Mapping[str, str]) -> None:
    """Make the excerpts of an image.

    The crop is the square in which the first model's squared error is largest.

    Args:
        folder: Made where it is missing.
        high: The reference, (H, W, 3).
        answers: By model, the same shape.
        fingerprints: By model; the excerpts hold as long as they stay the same.

    Raises:
        UnwritableFileError: If the folder does not take them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    top, left, side = worst_square(high, next(iter(answers.values())))
    crop = (slice(top, top + side), slice(left, left + side))
    height, width = high.shape[:2]
    exhibit = Exhibit(
        folder=folder, box=(left / width, top / height, side / width, side / height), models=tuple(answers)
    )
    _write(exhibit.picture, _small(high))
    _write(exhibit.crop, high[crop])
    for name, answer in answers.items():
        _write(exhibit.crop_of(name), answer[crop])
        _write(exhibit.error_of(name), error_map(high, answer))
    facts = {"box": exhibit.box, "models": dict(fingerprints)}
    replace_file(folder / FACTS, json.dumps(facts).encode())


def has_exhibit(folder: Path, fingerprints: Mapping[str, str]) -> bool:
    """Whether the excerpts of exactly these answers lie there, all of them, cut out for the same first model."""
    models: dict[str, str] = _facts(folder).get("models", {})
    return list(models.items()) == list(fingerprints.items()) and read_exhibit(folder) is not None


def read_exhibit(folder: Path) -> Exhibit | None:
    """The excerpts that lie in a folder, if they are all there."""
    facts = _facts(folder)
    if not facts:
        return None
    left, top, width, height = facts["box"]
    exhibit = Exhibit(folder=folder, box=(left, top, width, height), models=tuple(facts["models"]))
    return exhibit if all(path.exists() for path in exhibit.files()) else None


def worst_square(high: Pixels, answer: Pixels) -> tuple[int, int, int]:
    """Top, left and side [pixels] of the square with the largest squared error.

    Args:
        high: (H, W, 3).
        answer: The same shape.

    Returns:
        The side is that of a crop, or the image's shorter side where that is less.
    """
    error = np.square(high.astype(np.float64) - answer).sum(axis=2)
    side = min(CROP, *error.shape)
    sums = np.pad(error, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    totals = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    top, left = np.unravel_index(int(totals.argmax()), totals.shape)
    return int(top), int(left), side


def error_map(high: Pixels, answer: Pixels) -> Pixels:
    """A small picture of where an answer differs: the mean absolute difference of the three colours as a colour.

    Args:
        high: (H, W, 3).
        answer: The same shape.

    Returns:
        (h, w, 3); black for no difference, the brightest colour from 32 of 255 on.
    """
    error = np.abs(high.astype(np.int16) - answer).mean(axis=2, keepdims=True)
    small = _small(np.minimum(error * (255 / WHITE_AT), 255).astype(np.uint8))
    return np.asarray(colormaps[COLOURS](small[..., 0], bytes=True)[..., :3], np.uint8)


def _small(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    factor = min(1.0, SMALL / max(height, width))
    return resize_integers(pixels, size=(max(1, round(height * factor)), max(1, round(width * factor))), kernel="area")


def _write(path: Path, pixels: Pixels) -> None:
    quality = LOSSY if path.suffix == ".webp" else None
    write_picture(path, Picture(pixels=np.ascontiguousarray(pixels)), overwrite=True, quality=quality)


def _facts(folder: Path) -> dict[str, Any]:
    path = folder / FACTS
    return json.loads(path.read_bytes()) if path.exists() else {}
