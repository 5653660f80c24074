"""What a table has found already."""

from math import inf
from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.datasets.benchmarks import Pair
from superres.errors import UnwritableFileError
from superres.evaluation.store import Cell, Checksums, Store


def cell(image: str = "a", fingerprint: str = "f", value: float = 30.125) -> Cell:
    return Cell(
        dataset="set",
        scale=2.7,
        image=image,
        model="ours",
        fingerprint=fingerprint,
        protocol="classical",
        low="made",
        doubt="",
        values={"psnr": value},
    )


@pytest.mark.parametrize("value", [30.1, 1 / 3, inf, 0.0])
def test_cell_comes_back_exactly(tmp_path: Path, value: float) -> None:
    Store(tmp_path).add(cell(value=value))
    assert Store(tmp_path).find(cell().place, "f") == cell(value=value)


def test_cell_of_other_weights_does_not_hold(tmp_path: Path) -> None:
    Store(tmp_path).add(cell())
    assert Store(tmp_path).find(cell().place, "other") is None


def test_later_line_counts(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(cell(value=1.0))
    store.add(cell(value=2.0))
    found = Store(tmp_path).find(cell().place, "f")
    assert found is not None
    assert found.values == {"psnr": 2.0}


@pytest.mark.parametrize("cut", range(1, 150, 21))
def test_line_that_a_kill_cut_off_is_forgotten_and_the_next_one_is_whole(tmp_path: Path, cut: int) -> None:
    first = Store(tmp_path)
    first.add(cell("a"))
    first.add(cell("b"))
    journal = tmp_path / "cells.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    resumed = Store(tmp_path)
    assert resumed.find(cell("a").place, "f") is not None
    resumed.add(cell("b"))
    again = Store(tmp_path)
    assert all(again.find(cell(name).place, "f") for name in ("a", "b"))


def test_restored_image_comes_back_bit_by_bit(tmp_path: Path) -> None:
    pixels = noise(20, 30, 3)
    store = Store(tmp_path)
    store.keep(cell().place, pixels)
    restored = store.restored(cell())
    assert restored is not None
    np.testing.assert_array_equal(restored, pixels)
    assert store.restored(cell("b")) is None


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(None)
    store.keep(cell().place, noise(8, 8, 3))
    store.add(cell())
    assert store.find(cell().place, "f") == cell()
    assert store.restored(cell()) is None
    assert store.exhibit("set", 2, "a") is None
    assert list(tmp_path.iterdir()) == []


def test_clearing_forgets_cells_and_images_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "table.json").write_text("{}")
    store = Store(tmp_path)
    store.keep(cell().place, noise(8, 8, 3))
    store.add(cell())
    store.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["table.json"]
    assert store.find(cell().place, "f") is None


def test_journal_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cells.jsonl").mkdir()
    store = Store(None)
    store.folder = tmp_path
    with pytest.raises(UnwritableFileError, match="takes no more"):
        store.add(cell())


def test_fingerprint_follows_the_image_and_the_model(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"one")
    (tmp_path / "b.png").write_bytes(b"two")
    first, second = Pair("a", tmp_path / "a.png", None), Pair("a", tmp_path / "b.png", None)
    both = Pair("a", tmp_path / "a.png", tmp_path / "b.png")
    prints = [Checksums().of(pair, names) for pair in (first, second, both) for names in (["x"], ["y"])]
    assert len(set(prints)) == 6
    assert Checksums().of(first, ["x"]) == prints[0]
