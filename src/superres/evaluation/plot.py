"""Quality against cost, drawn as SVG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#010203"
"""Stands for the colour of the page's text while the figure is drawn."""
COLOURS = ("#4269d0", "#e0852b", "#3ca951", "#d3455b", "#7d6cc9", "#0f9aa8", "#9c6b4e", "#c059a3")
MARKERS = "osD^vP*X"


@dataclass(frozen=True, slots=True)
class Point:
    """A model with what it costs and reaches."""

    name: str
    colour: int
    """Which colour and marker; the same number in every plot of a page."""
    quality: float
    costs: tuple[float | None, ...]
    """One for each axis; None where it has none, and is drawn as a line across."""


def scatter(points: Sequence[Point], *, quality: str, costs: Sequence[str]) -> str:
    """One panel for each cost, quality upwards, costs on a logarithmic axis.

    Args:
        points: At least one.
        quality: Label of the vertical axis.
        costs: Labels of the horizontal axes.

    Returns:
        An SVG element in the colour of the text around it, as wide as its place.
    """
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "superres", "font.size": 11}):
        figure = Figure(figsize=(4.6 * len(costs), 3.9), layout="constrained")
        figure.patch.set_alpha(0)
        panels = figure.subplots(1, len(costs), sharey=True, squeeze=False)[0]
        for index, (panel, label) in enumerate(zip(panels, costs, strict=True)):
            _draw(panel, points, index, label)
        panels[0].set_ylabel(quality, color=INK)
        handles, labels = panels[0].get_legend_handles_labels()
        columns = 2 if len(costs) == 1 else 4
        figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False, labelcolor=INK)
        drawing = io.StringIO()
        figure.savefig(drawing, format="svg", metadata={"Date": None, "Creator": None})
    svg = drawing.getvalue()
    return svg[svg.index("<svg") :].replace(INK, "currentColor")


def _draw(panel: Axes, points: Sequence[Point], index: int, label: str) -> None:
    for point in points:
        colour = COLOURS[point.colour % len(COLOURS)]
        cost = point.costs[index]
        if cost is None:
            panel.axhline(point.quality, color=colour, linestyle="--", linewidth=1.5, label=point.name)
        else:
            marker = MARKERS[point.colour % len(MARKERS)]
            panel.plot([cost], [point.quality], marker, color=colour, markersize=9, label=point.name)
    panel.set_xscale("log")
    panel.margins(0.15)
    panel.patch.set_alpha(0)
    panel.set_xlabel(label, color=INK)
    panel.tick_params(which="both", colors=INK)
    panel.grid(visible=True, which="both", color=INK, alpha=0.12)
    for name, spine in panel.spines.items():
        spine.set_color(INK)
        spine.set_visible(name in ("left", "bottom"))
