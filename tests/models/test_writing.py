"""Files written in one step."""

from pathlib import Path

import pytest

from superres.errors import UnwritableFileError
from superres.models.writing import replace_file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    replace_file(tmp_path / "a" / "b" / "file", b"new")
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"new"


def test_older_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    replace_file(tmp_path / "file", b"old")
    replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert names(tmp_path) == ["file"]


class Interruption(BaseException):
    """Such as Ctrl+C."""


def test_interrupted_writing_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise Interruption

    replace_file(tmp_path / "file", b"old")
    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(Interruption):
        replace_file(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_place_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(UnwritableFileError, match=r"taken/file could not be written"):
        replace_file(tmp_path / "taken" / "file", b"new")
