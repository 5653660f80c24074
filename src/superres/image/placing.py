"""A file that is there as a whole or not at all."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from superres.errors import ExistingFileError


@contextmanager
def placed(path: Path, *, overwrite: bool) -> Generator[Path]:
    """Yield a hidden name in the same folder; what is written there takes its place when all went well.

    Args:
        path: The file to be made; where it is a link, what it points to.
        overwrite: Whether an existing file is replaced.

    Raises:
        ExistingFileError: If the file has appeared meanwhile and may not be replaced.
        OSError: If the place does not take it.
    """
    place = path.resolve()
    # Of its own, short name: the file's name may be as long as the file system allows.
    unfinished = place.with_name(f"{_prefix(place)}{uuid.uuid4().hex[:12]}.part")
    try:
        yield unfinished
        if overwrite:
            unfinished.replace(place)
        else:
            _rename_to_new(unfinished, place)
    finally:
        unfinished.unlink(missing_ok=True)


def remove_unfinished(path: Path) -> None:
    """Remove what a process that was killed has left of a file; nobody may be making it.

    Raises:
        OSError: If its folder does not allow it.
    """
    place = path.resolve()
    for unfinished in place.parent.glob(f"{_prefix(place)}*.part"):
        unfinished.unlink(missing_ok=True)


def _prefix(place: Path) -> str:
    return f".superres-{hashlib.sha256(os.fsencode(place.name)).hexdigest()[:12]}-"


def _rename_to_new(unfinished: Path, place: Path) -> None:
    try:
        os.link(unfinished, place)  # unlike a rename, never replaces what appeared meanwhile
    except OSError as error:
        if place.exists():
            raise ExistingFileError(
                f"{place} appeared while it was being made; give --overwrite to replace it"
            ) from error
        unfinished.rename(place)  # a file system without hard links
