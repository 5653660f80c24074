"""A table from its file to its results."""

import csv
import json
from pathlib import Path

import pytest
from samples.pictures import slopes

from superres.errors import InvalidRequestError, MissingFileError
from superres.evaluation import filling
from superres.evaluation.filling import fill_table
from superres.evaluation.table_plan import Candidate, Dataset, Latency, Published, TablePlan
from superres.image.files import write_picture
from superres.image.picture import Picture


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a set of two images."""
    (tmp_path / "set").mkdir()
    for number in (1, 2):
        write_picture(tmp_path / "set" / f"{number}.png", Picture(pixels=slopes(40 + 8 * number, 48)))
    return tmp_path


def plan(**options: object) -> TablePlan:
    models = (Candidate(model="bicubic"), Candidate(model="rlfn_compact_x{scale}"), Candidate(model="superres"))
    facts = {"datasets": (Dataset(folder="set"),), "models": models, "scales": (2.0, 3.0), **options}
    return TablePlan(**facts)  # pyright: ignore[reportArgumentType]


def filled(place: Path, wanted: TablePlan, *, fresh: bool = False) -> None:
    fill_table(wanted, name="mine", beside=place, output=place / "out", fresh=fresh)


def test_results_are_json_csv_markdown_and_a_page(place: Path) -> None:
    filled(place, plan())
    table = json.loads((place / "out" / "table.json").read_text("utf-8"))
    lines = list(csv.DictReader((place / "out" / "table.csv").read_text("utf-8").splitlines()))
    assert [(row["model"], row["scale"]) for row in table["rows"]] == [
        (model, scale) for scale in (2, 3) for model in ("bicubic", "rlfn_compact", "superres")
    ]
    assert float(lines[0]["psnr"]) == table["rows"][0]["images"]["1"]["psnr"]
    assert "rlfn_compact" in (place / "out" / "table.md").read_text("utf-8")
    assert "data:image/png;base64" in (place / "out" / "report.html").read_text("utf-8")


def test_second_filling_gives_the_same_files(place: Path) -> None:
    filled(place, plan())
    first = {path.name: path.read_bytes() for path in (place / "out").glob("*.*")}
    filled(place, plan())
    assert {path.name: path.read_bytes() for path in (place / "out").glob("*.*")} == first


def test_shipped_networks_are_priced_as_the_papers_count(place: Path) -> None:
    filled(place, plan())
    rows = json.loads((place / "out" / "table.json").read_text("utf-8"))["rows"]
    prices = {(row["model"], row["scale"]): row["expense"] for row in rows}
    assert prices["bicubic", 2] is None
    assert prices["rlfn_compact", 2] == prices["superres", 2]
    assert prices["rlfn_compact", 2]["macs_1280x720"] == pytest.approx(68.0e9, rel=0.01)


def test_times_are_kept_while_nothing_changes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = plan(latency=Latency(width=16, height=12, rounds=6))
    filled(place, wanted)
    monkeypatch.setattr(filling, "latencies", None)
    filled(place, wanted)
    rows = json.loads((place / "out" / "table.json").read_text("utf-8"))["rows"]
    assert all(row["expense"]["latency_ms"] > 0 for row in rows if row["expense"])


def test_fresh_forgets_what_was_found(place: Path) -> None:
    filled(place, plan())
    journal = place / "out" / "cells.jsonl"
    journal.write_text(journal.read_text("utf-8").replace('"psnr": ', '"psnr": 1'), "utf-8")
    filled(place, plan())
    forged = json.loads((place / "out" / "table.json").read_text("utf-8"))["rows"][0]["psnr"]
    filled(place, plan(), fresh=True)
    assert json.loads((place / "out" / "table.json").read_text("utf-8"))["rows"][0]["psnr"] < 100 < forged


def test_published_figures_stand_beside_the_found_ones(place: Path) -> None:
    entry = Published(model="bicubic", dataset="set", scale=2, values={"psnr": 10.0}, source="a paper")
    wanted = plan(published=(entry,), tolerances={"psnr": 0.01})
    (deviation,) = fill_table(wanted, name="mine", beside=place, output=place / "out").deviations()
    assert not deviation.is_within
    assert "not within 0.01" in (place / "out" / "table.md").read_text("utf-8")


def test_published_figure_of_a_row_that_is_not_there_is_refused(place: Path) -> None:
    entry = Published(model="bicubic", dataset="set", scale=4, values={"psnr": 30.0}, source="a paper")
    with pytest.raises(InvalidRequestError, match="published figures of bicubic at ×4, but does not judge it there"):
        filled(place, plan(published=(entry,)))


def test_missing_set_leaves_nothing(place: Path) -> None:
    with pytest.raises(MissingFileError, match="absent, which is neither in"):
        filled(place, plan(datasets=(Dataset(folder="absent"),)))
    assert not (place / "out").exists()
