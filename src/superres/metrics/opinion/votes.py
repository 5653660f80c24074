"""Tables of votes as files: comma, semicolon or tab, with a line of column names."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from superres.errors import MissingFileError, UnreadableFileError


def read_votes(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> list[tuple[int, dict[str, str]]]:
    """The votes of a file, one a line.

    UTF-8, with or without a byte order mark. The separator is whichever of comma, semicolon and tab stands most
    often in the first line. Case and outer spaces of column names do not matter; other columns are ignored.

    Args:
        path: A CSV file.
        needed: Columns that must be there and filled in every line.
        optional: Columns that may be there, and may be empty.

    Returns:
        For each vote its line number, counted from 1, and its cells by column.

    Raises:
        MissingFileError: If nothing is there.
        UnreadableFileError: If it is no such table, a column is missing, or a line lacks or has too many cells.
    """
    header, lines = _rows(path)
    names = [name.strip().lower() for name in header]
    missing = [name for name in needed if name not in names]
    if missing:
        raise UnreadableFileError(
            f"{path} lacks {_listed(missing)}; found the columns {_listed(names)}, needed are {_listed(needed)}"
        )
    wanted = [name for name in (*needed, *optional) if name in names]
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise UnreadableFileError(f"{path} has more than one column called {_listed(twice)}")
    votes: list[tuple[int, dict[str, str]]] = []
    for number, cells in lines:
        if len(cells) != len(names):
            raise UnreadableFileError(
                f"{path}, line {number}: {len(cells)} cells, but the first line names {len(names)}"
            )
        vote = {name: cells[names.index(name)].strip() for name in wanted}
        empty = [name for name in needed if not vote[name]]
        if empty:
            raise UnreadableFileError(f"{path}, line {number}: {_listed(empty)} is empty")
        votes.append((number, vote))
    if not votes:
        raise UnreadableFileError(f"{path} has column names but no votes")
    return votes


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """First line, and all others that are not blank with their numbers."""
    if not path.exists():
        raise MissingFileError(f"no file of votes at {path}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(",;\t", key=first.count), strict=True)
            rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(f"{path} cannot be read as a UTF-8 table of votes: {error}") from error
    if not rows:
        raise UnreadableFileError(f"{path} is empty; a table of votes begins with a line of column names")
    return rows[0][1], rows[1:]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
