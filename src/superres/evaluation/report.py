"""A table as one page that needs no other file: figures, plots, and crops side by side."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from superres.evaluation import formats
from superres.evaluation.exhibit import WHITE_AT, Exhibit, read_exhibit
from superres.evaluation.plot import Point, scatter
from superres.evaluation.store import Store
from superres.evaluation.table import PairOfModels, Row, Table
from superres.metrics.catalogue import metric
from superres.version import __version__

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
        about=_about,
        differences=_differences(table),
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
            best = choose(row.mean(name) for row in rows)
            found.update((row.dataset, row.scale, name, row.model) for row in rows if row.mean(name) == best)
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
        # Infinity less infinity is no number, which has no place in an order.
        return 0.0 if max(values) == min(values) else max(values) - min(values)

    ordered = sorted(rows[0].images, key=spread, reverse=True)
    count = min(count, len(ordered))
    return [ordered[round(index * (len(ordered) - 1) / max(1, count - 1))] for index in range(count)]


def _plots(table: Table) -> list[tuple[str, list[Markup]]]:
    """Drawings for each set and scale at which at least two models can be placed: by MACs, and by time."""
    colours = {model: index for index, model in enumerate(dict.fromkeys(row.model for row in table.rows))}
    name = table.metrics[0]
    plots: list[tuple[str, list[Markup]]] = []
    for rows in table.groups():
        drawings: list[Markup] = []
        for label, cost in (("MACs at 1280×720 [G]", _macs), ("time of one image [ms]", _time)):
            points = [Point(row.model, colours[row.model], row.mean(name), cost(row)) for row in rows]
            if sum(point.cost is not None for point in points) > 1:
                # The drawing is ours; names inside it were escaped by the library that drew it.
                drawings.append(Markup(scatter(points, quality=formats.headed(name), cost=label)))  # noqa: S704
        if drawings:
            plots.append((f"{rows[0].dataset} ×{rows[0].scale:g}", drawings))
    return plots


def _macs(row: Row) -> float | None:
    return None if row.expense is None else row.expense.macs / 1e9


def _time(row: Row) -> float | None:
    time = None if row.expense is None else row.expense.latency
    return None if time is None else time.median


def _about(row: Row) -> str:
    """Engine and costs, for beneath a model's name."""
    return " · ".join(part for part in (*formats.expense_texts(row), row.engine) if part)


def _differences(table: Table) -> dict[tuple[str, float], list[PairOfModels]]:
    """By set and scale."""
    found: dict[tuple[str, float], list[PairOfModels]] = {}
    for pair in table.comparisons():
        found.setdefault((pair.dataset, pair.scale), []).append(pair)
    return found


def _data(path: Path) -> str:
    """A file as an address that holds it."""
    return f"data:{KINDS[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
