"""Which files are films, by their names."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from superres.errors import InvalidRequestError, MissingPackageError

READ = (
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".wmv", ".flv", ".3gp",
    ".vob", ".ogv",
)  # fmt: skip
"""Endings of films; reading itself looks at the content."""

_ALSO_TEXTS = (".ts", ".mts")
_SYNCHRONY = b"\x47"

WRITTEN = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
"""Endings of films that can be made."""


def is_film(path: Path) -> bool:
    """Whether a name is that of a film."""
    return path.suffix.lower() in READ


def looks_like_film(path: Path) -> bool:
    """Whether a file found in a folder is a film: by its name, and, where programs in TypeScript have the same, a byte.

    Source: ISO/IEC 13818-1, section 2.4.3.2 (packets begin with 0x47; on Blu-ray a time of four bytes comes first).
    """
    if not is_film(path) or path.name.startswith("."):
        return False
    if path.suffix.lower() not in _ALSO_TEXTS:
        return True
    try:
        with path.open("rb") as file:
            return _SYNCHRONY in file.read(5)[::4]
    except OSError:
        return False


def ending(path: Path) -> str:
    """Of the result of a film where none is asked for: its own, or .mkv, which holds what other formats hold."""
    own = path.suffix.lower()
    return own if own in WRITTEN else ".mkv"


def check_written(path: Path) -> None:
    """Refuse a name that no film can have.

    Raises:
        InvalidRequestError: If its ending is none of `WRITTEN`.
    """
    if path.suffix.lower() not in WRITTEN:
        raise InvalidRequestError(
            f"{path} was to be written as a film, but {path.suffix or 'no ending'!r} names no format for films; "
            f"use {', '.join(WRITTEN)}"
        )


def check_installed(path: Path) -> None:
    """Refuse a film where nothing reads it.

    Raises:
        MissingPackageError: If PyAV is not installed.
    """
    if find_spec("av") is None:
        raise MissingPackageError(
            f"{path} is a film, for which the package av is needed; pip install 'superres[video]', or give pictures"
        )
