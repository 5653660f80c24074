"""Files written in one step: a reader, or a power cut, sees the old content or the new, nothing between."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from superres.errors import UnwritableFileError
from superres.image.placing import placed


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it; folders on the way are made.

    A process that is killed meanwhile leaves the old file whole, and at most a hidden `.part` beside it.

    Args:
        path: The file; an older one is replaced.
        content: All of it.

    Raises:
        UnwritableFileError: If the place does not take it. Nothing is left then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with placed(path, overwrite=True) as unfinished, unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UnwritableFileError(f"{path} could not be written: {error.strerror or error}") from error


def json_text(document: Any, *, is_ascii: bool = False) -> str:
    """A document as JSON that every reader takes; infinities become the texts that Python's `float` reads.

    Args:
        document: Of tables, lists, texts, numbers and truth values.
        is_ascii: Whether other characters are written by their numbers.
    """
    return json.dumps(_finite(document), indent=2, ensure_ascii=is_ascii, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
