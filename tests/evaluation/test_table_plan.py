"""Plans of tables, read strictly."""

from pathlib import Path
from typing import Any

import pytest

from superres.errors import InvalidConfigError, MissingFileError, UnknownNameError
from superres.evaluation.table_plan import (
    Candidate,
    Dataset,
    Latency,
    Published,
    TablePlan,
    located,
    read_table_plan,
)

SMALLEST = """
[[datasets]]
folder = "testsets/Set5"

[[models]]
model = "rlfn_compact_x{scale}"
"""

EVERYTHING = """
about = "All keys."
metrics = ["psnr", "gmsd"]
scales = [2, 2.5]
protocol = "ntire"
precision = "bfloat16"
exhibits = 1
tolerances = { psnr = 0.01 }
latency = { width = 64, height = 48, rounds = 9 }

[[datasets]]
name = "five"
folder = "testsets/Set5"

[[models]]
name = "ours (small)"
model = "weights/small.safetensors"
scales = [2]

[[published]]
model = "ours (small)"
dataset = "five"
scale = 2
values = { psnr = 38.0 }
source = "Us, table 1"
"""


def read(folder: Path, text: str) -> TablePlan:
    (folder / "table.toml").write_text(text, encoding="utf-8")
    return read_table_plan(folder / "table.toml")


def plan(**changed: Any) -> TablePlan:
    given: dict[str, Any] = {"datasets": (Dataset(folder="Set5"),), "models": (Candidate(model="bicubic"),)}
    return TablePlan(**(given | changed))


def test_smallest_table_has_the_fields_usual_figures(tmp_path: Path) -> None:
    found = read(tmp_path, SMALLEST)
    assert found == TablePlan(
        datasets=(Dataset(folder="testsets/Set5", name="Set5"),),
        models=(Candidate(model="rlfn_compact_x{scale}", name="rlfn_compact", scales=()),),
        about="",
        scales=(),
        metrics=("psnr", "ssim"),
        protocol="classical",
        precision="float32",
        published=(),
        tolerances={},
        exhibits=3,
        latency=None,
    )


def test_every_key_arrives(tmp_path: Path) -> None:
    assert read(tmp_path, EVERYTHING) == TablePlan(
        about="All keys.",
        metrics=("psnr", "gmsd"),
        scales=(2.0, 2.5),
        protocol="ntire",
        precision="bfloat16",
        exhibits=1,
        tolerances={"psnr": 0.01},
        latency=Latency(width=64, height=48, rounds=9),
        datasets=(Dataset(name="five", folder="testsets/Set5"),),
        models=(Candidate(name="ours (small)", model="weights/small.safetensors", scales=(2.0,)),),
        published=(
            Published(model="ours (small)", dataset="five", scale=2.0, values={"psnr": 38.0}, source="Us, table 1"),
        ),
    )


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("bicubic", "bicubic"),
        ("rlfn_compact_x4", "rlfn_compact_x4"),
        ("weights/net_x{scale}.safetensors", "net"),
        ("weights/net.onnx", "net"),
    ],
)
def test_model_without_a_name_is_called_as_its_file(model: str, name: str) -> None:
    assert Candidate(model=model).name == name


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("protocol", "protocoll", "no key of a tableplan is called 'protocoll'; nearest: protocol"),
        ("folder", "foldr", r"no key of \[datasets.0\] is called 'foldr'; nearest: folder"),
        ("model =", "modell =", "is called 'modell'; nearest: model"),
        ("source", "sorce", r"no key of \[published.0\] is called 'sorce'; nearest: source"),
        ("rounds", "round", r"no key of \[latency\] is called 'round'; nearest: rounds"),
        ('"gmsd"', '"gmds"', "no metric is called 'gmds'; nearest: gmsd"),
        ("{ psnr = 0.01", "{ pnsr = 0.01", "no metric is called 'pnsr'; nearest: psnr"),
        ('"ntire"', '"ntir"', "no protocol is called 'ntir'; nearest: ntire"),
        ('model = "ours (small)"', 'model = "ours"', "no model of the table is called 'ours'"),
        ('dataset = "five"', 'dataset = "fife"', "no data set of the table is called 'fife'; nearest: five"),
        ("{ psnr = 38.0", "{ ssim = 38.0", "no metric of the table is called 'ssim'"),
    ],
)
def test_unknown_name_is_answered_with_the_file_and_the_nearest(
    tmp_path: Path, right: str, wrong: str, sentence: str
) -> None:
    with pytest.raises(UnknownNameError, match=rf"table.toml: .*{sentence}"):
        read(tmp_path, EVERYTHING.replace(right, wrong))


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("exhibits = 1", 'exhibits = "1"', "exhibits: input should be a valid integer"),
        ('"bfloat16"', '"bfloat"', "precision: input should be"),
        ('folder = "testsets/Set5"', "", "datasets.0.folder: field required"),
        ("[2, 2.5]", "[2, 1]", "scales lie above 1 and up to 16, got 1"),
        ("scales = [2]", "scales = [17]", "scales lie above 1 and up to 16, got 17"),
        ('["psnr", "gmsd"]', "[]", "a table needs at least one metric"),
        ('["psnr", "gmsd"]', '["psnr", "psnr"]', "the names of metrics must differ from each other, got psnr, psnr"),
        ('name = "five"', 'name = "a/five"', "the data set 'a/five' needs a name of letters"),
        ('name = "ours (small)"', 'name = "../ours"', "the model '../ours' needs a name .* give one with 'name'"),
        ("rounds = 9", "rounds = 5", "latency is measured in at least 6 rounds .* got 5 rounds and 64×48"),
        ("width = 64", "width = 0", "on an image of at least one pixel, got 9 rounds and 0×48"),
        ("about", "about = ", "is no valid TOML"),
    ],
)
def test_what_makes_no_sense_is_answered_with_the_file_and_a_sentence(
    tmp_path: Path, right: str, wrong: str, sentence: str
) -> None:
    with pytest.raises(InvalidConfigError, match=rf"table.toml.*{sentence}"):
        read(tmp_path, EVERYTHING.replace(right, wrong, 1))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent.toml was to be read, but there is no such file"):
        read_table_plan(tmp_path / "absent.toml")


def test_names_must_differ() -> None:
    with pytest.raises(InvalidConfigError, match="the names of models must differ from each other, got net, net"):
        plan(models=(Candidate(model="a/net.onnx"), Candidate(model="b/net.onnx")))
    with pytest.raises(InvalidConfigError, match="the names of data sets must differ from each other, got Set5, Set5"):
        plan(datasets=(Dataset(folder="a/Set5"), Dataset(folder="b/Set5")))


@pytest.mark.parametrize("kind", ["datasets", "models", "metrics"])
def test_table_of_nothing_is_refused(kind: str) -> None:
    with pytest.raises(InvalidConfigError, match="a table needs at least one"):
        plan(**{kind: ()})


@pytest.mark.parametrize("scale", [1.0, 16.5, 0.5, float("nan"), float("inf")])
def test_scale_out_of_range_is_refused(scale: float) -> None:
    with pytest.raises(InvalidConfigError, match="scales lie above 1 and up to 16"):
        plan(scales=(2.0, scale))


@pytest.mark.parametrize("scale", [1.01, 2.7, 16.0])
def test_scale_need_not_be_whole(scale: float) -> None:
    assert plan(scales=(scale,)).scales == (scale,)


@pytest.mark.parametrize("name", ["a/b", "a\\b", "..", ".hidden", "_a", "a|b", "a\nb", "a:b", " a"])
def test_label_that_is_no_name_of_a_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidConfigError, match="needs a name of letters"):
        Candidate(model="bicubic", name=name)


@pytest.mark.parametrize("name", ["RLFN", "RLFN-S", "ours (self-ensemble ×8)", "Größe 2.0+", "4x"])
def test_names_as_papers_write_them_are_taken(name: str) -> None:
    assert Candidate(model="bicubic", name=name).name == name


def test_place_beside_the_table_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, data = tmp_path / "tables", tmp_path / "data"
    monkeypatch.setenv("SUPERRES_DATA", str(data))
    (data / "Set5").mkdir(parents=True)
    assert located("Set5", beside) == data / "Set5"
    (beside / "Set5").mkdir(parents=True)
    assert located("Set5", beside) == beside / "Set5"


def test_absolute_path_is_itself(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").touch()
    assert located(str(tmp_path / "net.onnx"), tmp_path / "elsewhere") == tmp_path / "net.onnx"


def test_nothing_there_is_answered_with_both_places_and_what_would_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERRES_DATA", str(tmp_path / "data"))
    with pytest.raises(MissingFileError) as caught:
        located("Set5", tmp_path / "tables")
    sentence = str(caught.value)
    assert f"names Set5, which is neither in {tmp_path / 'tables'} nor in {tmp_path / 'data'}" in sentence
    assert "set SUPERRES_DATA" in sentence
    assert "bicubic, superres, ecbsr_tiny_x2, ecbsr_tiny_x3, ecbsr_tiny_x4, rlfn_compact_gan_x4" in sentence


def test_ensemble_of_interpolation_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="the same for every flip and turn"):
        Candidate(model="bicubic", ensemble="median")
