"""Tables of figures: the values of every image, and what they were measured with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from superres.evaluation.efficiency import Latency
from superres.evaluation.significance import Difference, Interval, holm, mean_interval, paired_difference
from superres.evaluation.table_plan import Published
from superres.metrics.catalogue import metric
from superres.metrics.protocol import protocol
from superres.version import __version__


@dataclass(frozen=True, kw_only=True, slots=True)
class Expense:
    """What a model costs."""

    parameters: int
    macs: int
    """For an output of 1280×720."""
    latency: Latency | None = None
    """Of one input of the table's size, with the row's engine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One model at one scale on one set of images."""

    dataset: str
    model: str
    scale: float
    engine: str
    """Engine and precision that gave the restored images."""
    low: str
    """Where the low-resolution images come from: `read`, or `made` by bicubic reduction."""
    images: Mapping[str, Mapping[str, float]]
    """For each image, the value of each metric."""
    expense: Expense | None = None

    def values(self, name: str) -> list[float]:
        """A metric's values, image by image."""
        return [values[name] for values in self.images.values()]

    def mean(self, name: str) -> float:
        """Mean of a metric over the images."""
        return sum(self.values(name)) / len(self.images)

    def interval(self, name: str) -> Interval | None:
        """The mean's 95 % interval; see `mean_interval`."""
        return mean_interval(self.values(name))


@dataclass(frozen=True, slots=True)
class PairOfModels:
    """Whether two models differ in a metric, on one set at one scale."""

    dataset: str
    scale: float
    metric: str
    first: str
    second: str
    difference: Difference
    """The first less the second."""
    corrected: float
    """The p-value after Holm's correction for all pairs of models in this metric, set and scale."""


@dataclass(frozen=True, slots=True)
class ScaleMean:
    """A model over several scales: the mean of its means."""

    dataset: str
    model: str
    scales: tuple[float, ...]
    means: Mapping[str, float]
    """By metric."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A measured figure beside a published one."""

    published: Published
    metric: str
    expected: float
    found: float
    tolerance: float | None

    @property
    def difference(self) -> float:
        """Measured less published."""
        return self.found - self.expected

    @property
    def is_within(self) -> bool:
        """Whether the figure is as near as the table asks; true where it asks for nothing."""
        # A published figure ends after a few digits; what is a tolerance away in decimals shall count as within.
        return self.tolerance is None or abs(self.difference) <= self.tolerance + 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Models × scales × sets of images, under one protocol."""

    protocol_name: str
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()
    name: str = ""
    about: str = ""
    published: tuple[Published, ...] = ()
    tolerances: Mapping[str, float] = field(default_factory=dict[str, float])
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """What it was measured with and on."""

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the sets, in order."""
        return tuple(dict.fromkeys(row.dataset for row in self.rows))

    def groups(self) -> list[list[Row]]:
        """The rows that can be compared with each other: those of one set and scale."""
        found: dict[tuple[str, float], list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.dataset, row.scale), []).append(row)
        return list(found.values())

    def caption(self) -> str:
        """What the numbers are, in one sentence."""
        wording = protocol(self.protocol_name).caption(*(row.scale for row in self.rows))
        counts = {row.dataset: len(row.images) for row in self.rows}
        sets = "; ".join(f"{name}, {count} image{'s' * (count > 1)}" for name, count in counts.items())
        return f"{sets}; mean of the images. Protocol {wording}."

    def comparisons(self) -> list[PairOfModels]:
        """Every pair of models that saw the same images."""
        found: list[PairOfModels] = []
        for rows in self.groups():
            pairs = list(combinations(rows, 2))
            for name in self.metrics if pairs else ():
                differences = [paired_difference(one.values(name), other.values(name)) for one, other in pairs]
                corrected = holm([each.probability for each in differences])
                found.extend(
                    PairOfModels(one.dataset, one.scale, name, one.model, other.model, difference, probability)
                    for (one, other), difference, probability in zip(pairs, differences, corrected, strict=True)
                )
        return found

    def scale_means(self) -> list[ScaleMean]:
        """Models that were judged at more than one scale, over their scales."""
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.dataset, row.model), []).append(row)
        return [
            ScaleMean(
                dataset,
                model,
                tuple(row.scale for row in rows),
                {name: sum(row.mean(name) for row in rows) / len(rows) for name in self.metrics},
            )
            for (dataset, model), rows in found.items()
            if len(rows) > 1
        ]

    def deviations(self) -> list[Deviation]:
        """Every published figure beside the one found here."""
        rows = {(row.dataset, row.model, row.scale): row for row in self.rows}
        return [
            Deviation(each, name, expected, rows[place].mean(name), self.tolerances.get(name))
            for each in self.published
            for name, expected in each.values.items()
            if (place := (each.dataset, each.model, each.scale)) in rows
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON: metric names as keys, full precision."""
        return {
            "superres": __version__,
            "name": self.name,
            "about": self.about,
            "caption": self.caption(),
            "protocol": self.protocol_name,
            "metrics": {name: _described(name) for name in self.metrics},
            "environment": dict(self.environment),
            "warnings": list(self.warnings),
            "rows": [self._row(row) for row in self.rows],
            "means_over_scales": [
                {"dataset": each.dataset, "model": each.model, "scales": list(each.scales), **each.means}
                for each in self.scale_means()
            ],
            "comparisons": [_compared(each) for each in self.comparisons()],
            "published": [_deviated(each) for each in self.deviations()],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "dataset": row.dataset,
            "model": row.model,
            "scale": row.scale,
            "engine": row.engine,
            "low_resolution": row.low,
            **{name: row.mean(name) for name in self.metrics},
            "intervals": {name: _ends(row.interval(name)) for name in self.metrics},
            "expense": _spent(row.expense),
            "images": {image: dict(values) for image, values in row.images.items()},
        }


def _described(name: str) -> dict[str, Any]:
    found = metric(name)
    return {
        "title": found.title,
        "unit": found.unit,
        "higher_is_better": found.higher_is_better,
        "source": found.source,
    }


def _compared(pair: PairOfModels) -> dict[str, Any]:
    return {
        "dataset": pair.dataset,
        "scale": pair.scale,
        "metric": pair.metric,
        "first": pair.first,
        "second": pair.second,
        "difference": pair.difference.mean,
        "interval": _ends(pair.difference.interval),
        "p": pair.difference.probability,
        "p_holm": pair.corrected,
    }


def _deviated(deviation: Deviation) -> dict[str, Any]:
    return {
        "dataset": deviation.published.dataset,
        "model": deviation.published.model,
        "scale": deviation.published.scale,
        "metric": deviation.metric,
        "published": deviation.expected,
        "found": deviation.found,
        "tolerance": deviation.tolerance,
        "within": deviation.is_within,
        "source": deviation.published.source,
    }


def _spent(expense: Expense | None) -> dict[str, Any] | None:
    if expense is None:
        return None
    time = expense.latency
    spent: dict[str, Any] = {"parameters": expense.parameters, "macs_1280x720": expense.macs}
    return spent if time is None else {**spent, "latency_ms": time.median, "latency_interval_ms": [time.low, time.high]}


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.lower, interval.upper]
