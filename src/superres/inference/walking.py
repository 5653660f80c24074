"""Images and films in a folder and in all folders below it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from superres.errors import MissingFileError, SuperResError, UnreadableFileError
from superres.image.decoding import reason
from superres.image.files import is_image
from superres.image.signatures import READABLE_SUFFIXES
from superres.image.video.names import looks_like_film


@dataclass(frozen=True, slots=True)
class Walk:
    """What a folder holds."""

    images: tuple[Path, ...]
    """By their places in it."""
    films: tuple[Path, ...]
    """The same."""
    others: int
    """Files that are neither by their names."""
    problems: tuple[SuperResError, ...]
    """Why folders below could not be looked into."""


def walk(folder: Path, *, without: Path | None = None) -> Walk:
    """Look through a folder; neither hidden files and folders nor links to folders, which may lead in circles.

    Args:
        folder: Where to begin.
        without: A folder below that is left out, such as that of the results.

    Raises:
        MissingFileError: If there is no such folder, or neither image nor film in it.
        UnreadableFileError: If the folder does not allow to be read.
    """
    images: list[Path] = []
    films: list[Path] = []
    others = 0
    errors: list[OSError] = []
    left_out = None if without is None else without.resolve()
    for place, folders, names in os.walk(folder, onerror=errors.append):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != left_out
        )
        for name in sorted(names):
            if is_image(here / name):
                images.append(here / name)
            elif looks_like_film(here / name):
                films.append(here / name)
            elif not name.startswith("."):
                others += 1
    problems = tuple(_problem(error) for error in errors)
    if not images and not films:
        raise problems[0] if problems else _empty(folder)
    return Walk(tuple(images), tuple(films), others, problems)


def _problem(error: OSError) -> SuperResError:
    place = os.fsdecode(error.filename) if error.filename is not None else "a folder"
    if isinstance(error, FileNotFoundError):
        return MissingFileError(f"images were to be read from {place}, but there is no such folder")
    return UnreadableFileError(f"images were to be read from {place}, but cannot be: {reason(error)}")


def _empty(folder: Path) -> MissingFileError:
    return MissingFileError(
        f"{folder} and the folders below it hold no image; files that end in {', '.join(READABLE_SUFFIXES)} are "
        "looked for"
    )
