"""Files written in one step."""

import json
from math import inf, isnan, nan
from pathlib import Path

import numpy as np
import pytest

from superres.errors import UnwritableFileError
from superres.models.writing import json_text, replace_file


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


def refused(text: str) -> float:
    raise AssertionError(f"{text} is no JSON")


def test_json_text_reads_back() -> None:
    document = {"name": "Größe", "values": [0.1 + 0.2, 1e-17, None, True], "inner": {"empty": [], "count": 3}}
    text = json_text(document)
    assert json.loads(text, parse_constant=refused) == document
    assert "Größe" in text
    assert text.endswith("}\n")


def test_tuples_become_lists() -> None:
    assert json.loads(json_text({"scales": (2, (3, 4))})) == {"scales": [2, [3, 4]]}


def test_numbers_that_json_lacks_become_texts_that_float_reads() -> None:
    found = json.loads(json_text({"a": [inf, {"b": (-inf, nan)}], "c": np.float64(inf)}), parse_constant=refused)
    assert float(found["a"][0]) == inf
    assert float(found["a"][1]["b"][0]) == -inf
    assert isnan(float(found["a"][1]["b"][1]))
    assert float(found["c"]) == inf
