"""The journal."""

import json
from pathlib import Path

from superres.training.records.journal import Journal


def entries(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]


def test_each_entry_is_one_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0)
    journal.write(total_step=50, stage="first", loss=0.5)
    journal.write(total_step=100, stage="first", loss=0.25)
    journal.close()
    assert [entry["loss"] for entry in entries(tmp_path)] == [0.5, 0.25]


def test_resumed_journal_drops_what_is_done_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0)
    for step in (50, 100, 150):
        journal.write(total_step=step, stage="first", loss=1.0)
    journal.close()
    Journal(tmp_path, 100).close()
    assert [entry["total_step"] for entry in entries(tmp_path)] == [50, 100]


def test_line_that_a_kill_cut_off_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"total_step": 5, "stage": "a"}\n{"total_step": 9, "sta', encoding="utf-8")
    Journal(tmp_path, 100).close()
    assert [entry["total_step"] for entry in entries(tmp_path)] == [5]


def test_curves_are_written_for_tensorboard(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0)
    journal.write(total_step=1, stage="first", loss=0.5)
    journal.close()
    assert list((tmp_path / "tensorboard").glob("events.*"))
