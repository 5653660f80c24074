"""A file is there as a whole or not at all."""

from pathlib import Path

import pytest

from superres.errors import ExistingFileError
from superres.image.placing import placed


def test_file_that_appeared_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    def write() -> None:
        with placed(tmp_path / "a", overwrite=False) as unfinished:
            unfinished.write_text("new")
            (tmp_path / "a").write_text("mine")

    with pytest.raises(ExistingFileError, match="appeared while"):
        write()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "mine")]


def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with placed(tmp_path / "link", overwrite=True) as unfinished:
        unfinished.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_interrupted_work_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with placed(tmp_path / "a", overwrite=False) as unfinished:
            unfinished.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert list(tmp_path.iterdir()) == []
