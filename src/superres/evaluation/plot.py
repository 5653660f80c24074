"""Quality against cost, drawn as SVG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

INK = "#010203"
"""Stands for the colour of the page's text while the figure is drawn."""
COLOURS = ("#4269d0", "#e0852b", "#3ca951", "#d3455b", "#7d6cc9", "#0f9aa8", "#9c6b4e", "#c059a3")
MARKERS = "osD^vP*X"
WIDTH, HEIGHT, LEGEND_ROW = 4.9, 3.5, 0.24
"""Inches: of the drawing, of it without its legend, and of a row of the legend."""
NAMES_IN_A_ROW = 2

LOGARITHMIC_FROM = 4
"""Ratio of the largest to the smallest cost from which on the axis is logarithmic."""


@dataclass(frozen=True, slots=True)
class Point:
    """A model with what it costs and reaches."""

    name: str
    colour: int
    """Which colour and marker; the same number in every plot of a page."""
    quality: float
    cost: float | None
    """None where it has none, and is drawn as a line across."""


def scatter(points: Sequence[Point], *, quality: str, cost: str) -> str:
    """Quality upwards, cost to the right.

    Args:
        points: At least one.
        quality: Label of the vertical axis.
        cost: Label of the horizontal axis.

    Returns:
        An SVG element in the colour of the text around it, as wide as its place.
    """
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "superres", "font.size": 11}):
        rows = ceil(len(points) / NAMES_IN_A_ROW)
        figure = Figure(figsize=(WIDTH, HEIGHT + rows * LEGEND_ROW), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots()
        _draw(axes, points)
        axes.set_xlabel(cost, color=INK)
        axes.set_ylabel(quality, color=INK)
        _style(axes, [point.cost for point in points if point.cost is not None])
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=NAMES_IN_A_ROW, frameon=False, labelcolor=INK)
        drawing = io.StringIO()
        figure.savefig(drawing, format="svg", metadata={"Date": None, "Creator": None})
    svg = drawing.getvalue()
    return svg[svg.index("<svg") :].replace(INK, "currentColor")


def _draw(axes: Axes, points: Sequence[Point]) -> None:
    for point in points:
        colour = COLOURS[point.colour % len(COLOURS)]
        if point.cost is None:
            axes.axhline(point.quality, color=colour, linestyle="--", linewidth=1.5, label=point.name)
        else:
            marker = MARKERS[(point.colour + point.colour // len(COLOURS)) % len(MARKERS)]
            axes.plot([point.cost], [point.quality], marker, color=colour, markersize=9, label=point.name)


def _style(axes: Axes, costs: Sequence[float]) -> None:
    if costs and max(costs) > LOGARITHMIC_FROM * min(costs):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(FuncFormatter(_plain))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.margins(0.15)
    axes.patch.set_alpha(0)
    axes.tick_params(which="both", colors=INK)
    axes.grid(visible=True, color=INK, alpha=0.12)
    for name, spine in axes.spines.items():
        spine.set_color(INK)
        spine.set_visible(name in ("left", "bottom"))


def _plain(value: float, _position: int | None) -> str:
    return f"{value:g}"
