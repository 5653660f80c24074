"""`superres evaluate`."""

import json
from pathlib import Path

import pytest
from samples.commands import Call
from samples.recipes import images


def test_table_names_its_protocol(superres: Call, tmp_path: Path) -> None:
    answer = superres("evaluate", images(tmp_path / "set", 2), "--scale", 2)
    assert answer.code == 0
    assert "rlfn_compact_x2" in answer.out
    assert "Protocol classical: Y of BT.601" in " ".join(answer.out.split())


def test_json_is_one_document_with_every_image(superres: Call, tmp_path: Path) -> None:
    answer = superres("evaluate", images(tmp_path / "set", 2), "-s", 2, "-s", 4, "--json", "--protocol", "ntire")
    table = json.loads(answer.out)
    assert table["protocol"] == "ntire"
    assert [(row["model"], row["scale"]) for row in table["rows"]] == [
        ("bicubic", 2),
        ("rlfn_compact_x2", 2),
        ("bicubic", 4),
        ("rlfn_compact_x4", 4),
    ]
    for row in table["rows"]:
        assert row["psnr"] == pytest.approx(sum(image["psnr"] for image in row["images"].values()) / 2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--metrics", "pnsr"), "nearest: psnr"),
        (("--protocol", "clasical"), "nearest: classical"),
        (("--scale", "7"), "no scale is called '7'"),
        (("--model", "rlfn_compact_x2", "--scale", "3"), "enlarges ×2"),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_sentence(
    superres: Call, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    answer = superres("evaluate", images(tmp_path / "set", 1), *options)
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err


def test_empty_folder_is_said_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    answer = superres("evaluate", tmp_path)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1


@pytest.mark.data
def test_bicubic_comes_near_the_published_figures_of_set_five(superres: Call, superres_data: Path) -> None:
    # The published ones enlarge luma alone; here all three colours are enlarged, as a user would.
    folder = superres_data / "testsets" / "Set5"
    answer = superres("evaluate", folder, "-m", "bicubic", "-s", 2, "-s", 3, "-s", 4, "--json")
    table = json.loads(answer.out)
    assert table["warnings"] == []
    assert [row["low_resolution"] for row in table["rows"]] == ["read"] * 3
    assert [row["psnr"] for row in table["rows"]] == pytest.approx([33.66, 30.39, 28.42], abs=0.02)


@pytest.mark.data
def test_official_weights_give_their_published_figure(superres: Call, superres_data: Path) -> None:
    weights = superres_data / "weights" / "rlfn" / "rlfn_ntire_x4.pth"
    answer = superres(
        "evaluate", superres_data / "testsets" / "Set5", "-m", weights, "--precision", "float32", "--json"
    )
    assert json.loads(answer.out)["rows"][0]["psnr"] == pytest.approx(32.10, abs=0.01)
