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


def test_existing_file_is_there_in_its_old_form_until_the_new_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with placed(tmp_path / "a", overwrite=True) as unfinished:
        unfinished.write_text("new")
        assert (tmp_path / "a").read_text() == "old"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "new")]


def without_links(*_: object) -> None:
    raise OSError(1, "Operation not permitted")


def test_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.link", without_links)
    with placed(tmp_path / "a", overwrite=False) as unfinished:
        unfinished.write_text("new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "new")]


def test_nothing_is_replaced_without_hard_links_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.link", without_links)

    def write() -> None:
        with placed(tmp_path / "a", overwrite=False) as unfinished:
            unfinished.write_text("new")
            (tmp_path / "a").write_text("mine")

    with pytest.raises(ExistingFileError, match="appeared while"):
        write()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "mine")]


def test_two_works_on_one_file_do_not_meet(tmp_path: Path) -> None:
    with placed(tmp_path / "a", overwrite=True) as first, placed(tmp_path / "a", overwrite=True) as second:
        first.write_text("first")
        second.write_text("second")
        assert first.read_text() == "first"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "first")]
