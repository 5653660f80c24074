"""Curves of a run, drawn from its journal."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from superres.training.records.curves import curves, read_entries

ENTRIES: list[dict[str, Any]] = [
    {"total_step": 50, "stage": "first", "loss": 0.1, "learning_rate": 1e-3, "images_per_second": 9.0},
    {"total_step": 50, "stage": "first", "validation_psnr": 28.25},
    {"total_step": 100, "stage": "second", "loss": 0.05, "learning_rate": 1e-4, "images_per_second": 9.0},
    {"total_step": 100, "stage": "second", "validation_psnr": 28.75},
]


def texts(svg: str) -> set[str]:
    return {
        "".join(element.itertext()).strip() for element in ET.fromstring(svg).iter() if element.tag.endswith("text")
    }


def test_picture_names_axes_stages_and_the_best_figure() -> None:
    found = texts(curves(ENTRIES, "mine.toml"))
    assert {"mine.toml", "loss", "learning rate", "validation PSNR [dB]", "first", "second", "28.750 dB"} <= found


def test_same_journal_gives_the_same_file() -> None:
    assert curves(ENTRIES, "a") == curves(ENTRIES, "a")


def test_speed_of_the_machine_is_not_drawn() -> None:
    slower = [entry | {"images_per_second": 1.0} if "loss" in entry else entry for entry in ENTRIES]
    assert curves(slower, "a") == curves(ENTRIES, "a")


def test_run_that_has_only_begun_can_be_drawn() -> None:
    assert "28.250 dB" in texts(curves(ENTRIES[1:2], "a"))
    assert curves([], "a").rstrip().endswith("</svg>")


def test_loss_that_is_negative_or_zero_can_be_drawn() -> None:
    assert "<svg" in curves([ENTRIES[0] | {"loss": -0.5}, ENTRIES[2] | {"loss": 0.0}], "a")


def test_first_steps_do_not_flatten_what_follows() -> None:
    values = [
        {"total_step": step, "stage": "a", "validation_psnr": 12.5 if step == 1 else 30.0} for step in range(1, 50)
    ]
    assert texts(curves(values, "a")).isdisjoint({"12.5", "15.0", "17.5", "20.0", "22.5"})


def test_line_that_a_kill_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in ENTRIES) + '{"total_step": 15', encoding="utf-8")
    assert read_entries(path) == ENTRIES
    assert read_entries(tmp_path / "none.jsonl") == []
