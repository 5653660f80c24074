"""The curves of a run as a picture: loss and learning rate, and what the validation images reached."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#4269d0", "#e0852b", "#8a8a8a"

Entry = Mapping[str, Any]
"""A line of the journal."""


def read_entries(path: Path) -> list[Entry]:
    """The entries of a journal; a last line that was cut off is left out."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def curves(entries: Sequence[Entry], title: str) -> str:
    """Draw the journal of a run.

    Args:
        entries: See `superres.training.records.journal`.
        title: Above the picture.

    Returns:
        An SVG file, the same for the same entries.
    """
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "superres", "font.size": 10}):
        figure = Figure(figsize=(8, 6))
        # Fixed places: measuring texts to find them would take longer than drawing.
        above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"hspace": 0.06, "left": 0.1, "right": 0.89})
        above.set_title(title)
        _draw_loss(above, [entry for entry in entries if "loss" in entry])
        _draw_validation(below, [entry for entry in entries if "validation_psnr" in entry])
        for axes in (above, below):
            _mark_stages(axes, entries)
        _name_stages(above, entries)
        below.set_xlabel("steps of all stages")
        drawing = io.StringIO()
        figure.savefig(drawing, format="svg", metadata={"Date": None, "Creator": None})
    return drawing.getvalue()


def _draw_loss(axes: Axes, reports: Sequence[Entry]) -> None:
    steps = [entry["total_step"] for entry in reports]
    axes.plot(steps, [entry["loss"] for entry in reports], color=BLUE, linewidth=1)
    axes.set_ylabel("loss", color=BLUE)
    if reports and min(entry["loss"] for entry in reports) > 0:
        axes.set_yscale("log")
    rates = axes.twinx()
    rates.plot(steps, [entry["learning_rate"] for entry in reports], color=GREY, linewidth=1)
    rates.set_ylabel("learning rate", color=GREY)
    rates.set_ylim(bottom=0)


def _draw_validation(axes: Axes, values: Sequence[Entry]) -> None:
    reached = [entry["validation_psnr"] for entry in values]
    axes.plot([entry["total_step"] for entry in values], reached, color=ORANGE, marker=".", linewidth=1)
    axes.set_ylabel("validation PSNR [dB]", color=ORANGE)
    if len(reached) > 20:  # the first steps of a fresh network would flatten what follows
        axes.set_ylim(bottom=sorted(reached)[len(reached) // 20])
    if reached:
        axes.axhline(max(reached), color=GREY, linestyle=":", linewidth=1)
        axes.annotate(f"{max(reached):.3f} dB", (0, max(reached)), xycoords=("axes fraction", "data"), va="bottom")


def _mark_stages(axes: Axes, entries: Sequence[Entry]) -> None:
    for before, after in pairwise(entries):
        if before["stage"] != after["stage"]:
            axes.axvline(before["total_step"], color=GREY, linewidth=0.8)


def _name_stages(axes: Axes, entries: Sequence[Entry]) -> None:
    firsts: dict[str, int] = {}
    for entry in entries:
        firsts.setdefault(entry["stage"], entry["total_step"])
    for stage, step in firsts.items():
        axes.annotate(stage, (step, 0.98), xycoords=("data", "axes fraction"), rotation=90, va="top", fontsize=7)
