"""The true texts of a folder of images: one CSV file for all, or a text file beside each."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from superres.errors import InvalidRequestError, MissingFileError, UnreadableFileError
from superres.metrics.task.characters import comparable

TABLE = "truth.csv"
COLUMNS = ("image", "text")


def true_texts(images: Sequence[Path]) -> dict[str, str] | None:
    """What is written in images.

    Args:
        images: Files of one folder. If `truth.csv` lies there, with the columns `image` (a file's name, with or
            without its ending) and `text`, it speaks for all; otherwise `photo.txt` says what `photo.png` shows.

    Returns:
        Texts by the files' names without their endings; None where the folder has no true texts at all.

    Raises:
        MissingFileError: If some images have a text and others not, or a text's image is missing.
        InvalidRequestError: If the table has other columns, a text is empty, or an image is named twice.
        UnreadableFileError: If a file is not UTF-8.
    """
    table = images[0].parent / TABLE
    if table.is_file():
        texts = _from_table(table, {path.name: path.stem for path in images})
    else:
        texts = {path.stem: _content(path.with_suffix(".txt")) for path in images if path.with_suffix(".txt").is_file()}
    missing = [path.name for path in images if path.stem not in texts]
    if texts and missing:
        source = TABLE if table.is_file() else "any .txt file"
        raise MissingFileError(
            f"{', '.join(missing[:3])}{' and others have' if len(missing) > 3 else ' has'} no true text in {source} "
            f"of {table.parent}, though other images have one; add it, or take the image away"
        )
    for name, text in texts.items():
        if not comparable(text):
            raise InvalidRequestError(f"the true text of {name} in {table.parent} is empty; say what the image shows")
    return texts or None


def _from_table(table: Path, images: dict[str, str]) -> dict[str, str]:
    rows = list(csv.DictReader(_content(table).splitlines(keepends=True)))
    if not rows or not all(isinstance(row.get(column), str) for row in rows for column in COLUMNS):
        raise InvalidRequestError(
            f"{table} needs the columns {' and '.join(COLUMNS)} in its first line, and both in each"
        )
    texts: dict[str, str] = {}
    for row in rows:
        name = images.get(row["image"], row["image"])
        if name not in images.values():
            raise MissingFileError(f"{table} has a text for {row['image']!r}, but no such image lies beside it")
        if name in texts:
            raise InvalidRequestError(f"{table} has two texts for {name!r}; keep one of them")
        texts[name] = row["text"]
    return texts


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{path} was to be read as UTF-8 text, but cannot be: {error}") from error
