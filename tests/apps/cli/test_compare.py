"""`superres compare`."""

import json
from pathlib import Path

import pytest
from samples.commands import Call
from samples.recipes import images


def test_folders_are_compared_image_by_image(superres: Call, tmp_path: Path) -> None:
    folder = images(tmp_path / "set", 2)
    answer = superres("compare", folder, folder, "--json")
    assert answer.code == 0
    found = json.loads(answer.out)
    assert found["images"] == {f"{index}.png": {"psnr": "inf", "ssim": pytest.approx(1)} for index in range(2)}
    assert found["caption"] == "Protocol rgb: RGB, border 0, rounded to 8 bit."


def test_table_has_a_mean(superres: Call, tmp_path: Path) -> None:
    folder = images(tmp_path / "set", 2)
    answer = superres("compare", folder, folder)
    assert "mean" in answer.out
    assert "inf dB" in answer.out


def test_missing_image_is_said_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    answer = superres("compare", tmp_path / "a.png", tmp_path / "b.png")
    assert (answer.code, answer.out) == (2, "")
    assert "no such file or folder" in answer.err
