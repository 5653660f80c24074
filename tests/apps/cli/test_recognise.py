"""`superres recognise`."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from samples.commands import Call
from samples.texts import folder_of_words

WORDS = {"first": "silver kettle", "second": "copper"}


class Scripted:
    """Stands for the reader where the package is not what is tested: reads the width of an image."""

    name = "scripted 1"

    def __call__(self, image: NDArray[np.uint8], /) -> str:
        return f"width {image.shape[1]}"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superres.metrics.task.recogniser.PageReader", Scripted)


@pytest.mark.usefixtures("scripted")
def test_table_has_the_reference_bicubic_and_the_shipped_network(superres: Call, tmp_path: Path) -> None:
    answer = superres("recognise", folder_of_words(tmp_path / "words", WORDS), "--scale", 2)
    assert answer.code == 0
    rows = [line.split("│")[1].strip() for line in answer.out.splitlines() if line.startswith("│")]
    assert rows == ["reference", "bicubic", "rlfn_compact_x2"]
    assert "read by scripted 1" in " ".join(answer.out.split())


@pytest.mark.usefixtures("scripted")
def test_bicubic_is_compared_whatever_is_named(superres: Call, tmp_path: Path) -> None:
    answer = superres("recognise", folder_of_words(tmp_path / "words", WORDS), "-m", "rlfn_compact_x4", "--json")
    document = json.loads(answer.out)
    assert [row["model"] for row in document["rows"]] == ["reference", "bicubic", "rlfn_compact_x4"]
    assert document["rows"][2]["less_bicubic"] == 0
    assert document["rows"][0]["images"]["second"]["edits"] == 0


def test_missing_package_is_said_in_a_sentence(superres: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    answer = superres("recognise", folder_of_words(tmp_path / "words", WORDS))
    assert (answer.code, answer.out) == (2, "")
    assert "pip install 'superres[ocr]'" in answer.err
    assert len(answer.err.splitlines()) == 1


@pytest.mark.usefixtures("scripted")
def test_half_a_truth_is_said_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    folder = folder_of_words(tmp_path / "words", WORDS)
    (folder / "truth.csv").write_text("image,text\nfirst,silver kettle\n")
    answer = superres("recognise", folder, "-s", 2)
    assert answer.code == 2
    assert "second.png has no true text in truth.csv" in answer.err


def test_printed_words_survive_being_halved_and_restored(superres: Call, tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="reading text needs the extra ocr")
    folder = folder_of_words(tmp_path / "words", WORDS)
    (folder / "truth.csv").write_text("image,text\nfirst,silver kettle\nsecond,copper\n")
    document = json.loads(superres("recognise", folder, "--scale", 2, "--json").out)
    reference, bicubic, restored = (row["character_error_rate"] for row in document["rows"])
    assert reference == restored == 0
    assert restored <= bicubic
