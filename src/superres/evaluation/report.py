"""A table as one page that needs no other file: figures, plots, and crops side by side."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from superres import __version__
from superres.evaluation import formats
from superres.evaluation.exhibit import WHITE_AT, Exhibit, read_exhibit
from superres.evaluation.plot import Point, scatter
from superres.evaluation.store import Store
from superres.evaluation.table import Row, Table
from superres.metrics.catalogue import metric

KINDS = {".png": "image/png", ".webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Plate:
    """One image of the report, with every model's answer."""

    dataset: str
    scale: float
    image: str
    exhibit: Exhibit
    values: dict[str, str]
    """By model: the first metric's value of this image, as text."""


def to_html(table: Table, store: Store, *, exhibits: int) -> str:
    """The page.

    Args:
        table: What it shows.
        store: Where the excerpts lie.
        exhibits: How many images of each set and scale are shown: those with the largest, the smallest and evenly
            spaced differences between the best and the worst model in the first metric.

    Returns:
        HTML with everything inside; it loads nothing from anywhere.
    """
    environment = Environment(
        loader=PackageLoader("superres.evaluation"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        table=table,
        version=__version__,
        groups=table.groups(),
        best=_best(table),
        plates=_plates(table, store, exhibits),
        plots=_plots(table),
        few_images=formats.few_images(table),
        white_at=WHITE_AT,
        headed=formats.headed,
        value=formats.value_text,
        interval=formats.interval_text,
        probability=formats.probability_text,
        verdict=formats.verdict,
        expense=formats.expense_texts,
        significant=formats.SIGNIFICANT,
        title_of=_title,
        data=_data,
    )


def _title(name: str) -> str:
    return metric(name).title


def _best(table: Table) -> set[tuple[str, float, str, str]]:
    """Set, scale, metric and model of every best figure."""
    found: set[tuple[str, float, str, str]] = set()
    for rows in table.groups():
        for name in table.metrics if len(rows) > 1 else ():
            choose = max if metric(name).higher_is_better else min
            best = choose(rows, key=lambda row: row.mean(name))
            found.add((best.dataset, best.scale, name, best.model))
    return found


def _plates(table: Table, store: Store, count: int) -> list[Plate]:
    name = table.metrics[0]
    plates: list[Plate] = []
    for rows in table.groups():
        for image in _shown(rows, name, count):
            folder = store.exhibit(rows[0].dataset, rows[0].scale, image)
            exhibit = None if folder is None else read_exhibit(folder)
            if exhibit is not None:
                values = {row.model: formats.value_text(name, row.images[image][name]) for row in rows}
                plates.append(Plate(rows[0].dataset, rows[0].scale, image, exhibit, values))
    return plates


def _shown(rows: list[Row], name: str, count: int) -> list[str]:
    """Images from the one on which the models differ most to the one on which they differ least."""

    def spread(image: str) -> float:
        values = [row.images[image][name] for row in rows]
        return max(values) - min(values)

    ordered = sorted(rows[0].images, key=spread, reverse=True)
    count = min(count, len(ordered))
    return [ordered[round(index * (len(ordered) - 1) / max(1, count - 1))] for index in range(count)]


def _plots(table: Table) -> list[tuple[str, Markup]]:
    """A drawing for each set and scale at which at least two models can be placed."""
    colours = {model: index for index, model in enumerate(dict.fromkeys(row.model for row in table.rows))}
    name = table.metrics[0]
    plots: list[tuple[str, Markup]] = []
    for rows in table.groups():
        if sum(row.expense is not None for row in rows) < 2:
            continue
        has_time = any(row.expense and row.expense.latency for row in rows)
        axes = ["MACs at 1280×720 [G]", *(["time of one image [ms]"] if has_time else [])]
        points = [Point(row.model, colours[row.model], row.mean(name), _costs(row, len(axes))) for row in rows]
        # The drawing is ours; names inside it were escaped by the library that drew it.
        drawing = Markup(scatter(points, quality=formats.headed(name), costs=axes))  # noqa: S704
        plots.append((f"{rows[0].dataset} ×{rows[0].scale:g}", drawing))
    return plots


def _costs(row: Row, axes: int) -> tuple[float | None, ...]:
    if row.expense is None:
        return (None,) * axes
    time = row.expense.latency
    return (row.expense.macs / 1e9, None if time is None else time.median)[:axes]


def _data(path: Path) -> str:
    """A file as an address that holds it."""
    return f"data:{KINDS[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
