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


TABLE = """
metrics = ["psnr"]
scales = [2, 2.5]
{more}

[[datasets]]
folder = "set"

[[models]]
model = "bicubic"

[[models]]
model = "superres"
"""


def table_file(folder: Path, more: str = "") -> Path:
    images(folder / "set", 2)
    path = folder / "mine.toml"
    path.write_text(TABLE.format(more=more), "utf-8")
    return path


def test_table_file_is_filled_beside_it(superres: Call, tmp_path: Path) -> None:
    answer = superres("evaluate", table_file(tmp_path), "--json")
    assert answer.code == 0
    table = json.loads(answer.out)
    assert table == json.loads((tmp_path / "results" / "mine" / "table.json").read_text("utf-8"))
    assert [(row["model"], row["scale"]) for row in table["rows"]] == [
        ("bicubic", 2),
        ("superres", 2),
        ("bicubic", 2.5),
        ("superres", 2.5),
    ]
    assert (tmp_path / "results" / "mine" / "report.html").exists()


def test_several_tables_are_one_document(superres: Call, tmp_path: Path) -> None:
    first, second = table_file(tmp_path / "a"), table_file(tmp_path / "b")
    other = second.rename(second.with_name("other.toml"))
    answer = superres("evaluate", first, other, "-o", tmp_path / "out", "--json")
    assert list(json.loads(answer.out)) == ["mine", "other"]
    assert (tmp_path / "out" / "other" / "table.md").exists()


def test_figure_far_from_the_published_one_is_a_failure(superres: Call, tmp_path: Path) -> None:
    path = table_file(tmp_path, "tolerances = { psnr = 0.01 }")
    with path.open("a", encoding="utf-8") as file:
        file.write(
            '[[published]]\nmodel = "bicubic"\ndataset = "set"\nscale = 2\nvalues = { psnr = 5 }\nsource = "x"\n'
        )
    answer = superres("evaluate", path)
    assert answer.code == 1
    assert "bicubic ×2 on set: psnr is" in answer.err
    assert "not within 0.01" in answer.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--metrics", "psnr"), "stand in the file"),
        (("-m", "bicubic"), "stand in the file"),
        (("set",), "stand in the file"),
    ],
)
def test_table_takes_no_options_of_a_folder(
    superres: Call, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    answer = superres("evaluate", table_file(tmp_path), *options)
    assert answer.code == 2
    assert sentence in answer.err
    assert not (tmp_path / "results").exists()


def test_folder_takes_no_options_of_a_table(superres: Call, tmp_path: Path) -> None:
    answer = superres("evaluate", images(tmp_path / "set", 1), "--fresh")
    assert answer.code == 2
    assert "are for tables" in answer.err


def test_misspelt_key_of_a_table_is_answered_with_the_right_one(superres: Call, tmp_path: Path) -> None:
    answer = superres("evaluate", table_file(tmp_path, 'protcol = "rgb"'))
    assert answer.code == 2
    assert "nearest: protocol" in answer.err
