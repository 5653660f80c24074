"""Files written in one step: a reader, or a power cut, sees the old content or the new, nothing between."""

from __future__ import annotations

import os
from pathlib import Path

from superres.errors import UnwritableFileError


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it; folders on the way are made.

    A process that is killed meanwhile leaves the old file whole, and at most a hidden `.part` beside it.

    Args:
        path: The file; an older one is replaced.
        content: All of it.

    Raises:
        UnwritableFileError: If the place does not take it. Nothing is left then.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UnwritableFileError(f"{path} could not be written: {error.strerror or error}") from error
    finally:
        _remove(temporary)


def _remove(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:  # where no folder could be made, nothing lies in it
        return
