"""Where a recipe's folders lie."""

from pathlib import Path

import pytest

from superres.errors import MissingFileError
from superres.training.folders import data_folder


def test_relative_folder_lies_below_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    monkeypatch.setenv("SUPERRES_DATA", str(tmp_path))
    assert data_folder("set") == tmp_path / "set"


def test_absolute_folder_is_itself(tmp_path: Path) -> None:
    assert data_folder(str(tmp_path)) == tmp_path


def test_missing_folder_says_which_variable_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERRES_DATA", raising=False)
    with pytest.raises(MissingFileError, match="set SUPERRES_DATA"):
        data_folder("no-such-set")
