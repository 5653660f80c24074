"""Images in a folder and in all folders below it."""

import os
from errno import EACCES
from pathlib import Path

import pytest

from superres.errors import MissingFileError
from superres.inference.walking import walk


def touched(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(folder: Path, without: Path | None = None) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in walk(folder, without=without).images]


def test_images_below_are_found_in_the_order_of_their_names(tmp_path: Path) -> None:
    touched(tmp_path / "b" / "c.JPG", tmp_path / "a.png", tmp_path / "b" / "a" / "x.webp", tmp_path / "z.tif")
    assert found(tmp_path) == ["a.png", "z.tif", "b/c.JPG", "b/a/x.webp"]


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "._a.png", tmp_path / ".superres" / "b.png")
    assert found(tmp_path) == ["a.png"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "below" / "b.png")
    (tmp_path / "below" / "up").symlink_to(tmp_path)
    (tmp_path / "itself.png").symlink_to(tmp_path / "itself.png")
    assert found(tmp_path) == ["a.png", "below/b.png"]


def test_folder_that_is_left_out_is_so_by_any_name(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "out" / "b.png")
    assert found(tmp_path, without=tmp_path / "x" / ".." / "out") == ["a.png"]


def test_what_is_no_image_is_counted(tmp_path: Path) -> None:
    touched(tmp_path / "a.png", tmp_path / "notes.txt", tmp_path / "b" / "Thumbs.db")
    (tmp_path / "folder.png").mkdir()
    assert walk(tmp_path).others == 2


def test_folder_without_images_is_refused(tmp_path: Path) -> None:
    touched(tmp_path / "below" / "notes.txt")
    with pytest.raises(MissingFileError, match=r"hold no image; files that end in \.png"):
        walk(tmp_path)


def test_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such folder"):
        walk(tmp_path / "absent")


def test_closed_folder_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched(tmp_path / "a.png", tmp_path / "closed" / "b.png")
    look = os.scandir

    def closed(place: str) -> object:
        if Path(place).name == "closed":  # by hand, since nothing is closed to root
            raise PermissionError(EACCES, os.strerror(EACCES), place)
        return look(place)

    monkeypatch.setattr(os, "scandir", closed)
    result = walk(tmp_path)
    assert [path.name for path in result.images] == ["a.png"]
    assert [str(problem) for problem in result.problems] == [
        f"images were to be read from {tmp_path / 'closed'}, but cannot be: Permission denied"
    ]
