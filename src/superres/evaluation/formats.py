"""A table as CSV, with every image, and as Markdown, for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from superres.evaluation.significance import Interval
from superres.evaluation.table import Deviation, PairOfModels, Row, Table
from superres.metrics.catalogue import metric

SIGNIFICANT = 0.05


def to_csv(table: Table) -> str:
    """One line for each image and model, full precision; the first line names the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["dataset", "scale", "model", "image", *table.metrics])
    for row in table.rows:
        for image, values in row.images.items():
            writer.writerow(
                [row.dataset, f"{row.scale:g}", row.model, image, *(repr(values[name]) for name in table.metrics)]
            )
    return text.getvalue()


def to_markdown(table: Table) -> str:
    """The means, their differences and the published figures, as tables of Markdown."""
    parts = [f"# {table.name}" if table.name else "", table.about, _figures(table)]
    parts.append(f"{table.caption()} Brackets: 95 % interval of the mean over the images, by the bootstrap.")
    if table.scale_means():
        parts.append(f"## Mean over the scales\n\n{_over_scales(table)}")
    if table.deviations():
        parts.append(f"## Against published figures\n\n{_published(table.deviations())}")
    pairs = table.comparisons()
    if pairs:
        parts.append(f"## Differences between models\n\n{_differences(pairs)}")
        parts.append(
            "The first model less the second on the same images. p: permutation test over signs, corrected after Holm "
            "for all pairs of one set, scale and metric. " + few_images(table)
        )
    parts.extend(f"Warning: {warning}." for warning in table.warnings)
    return "\n\n".join(part for part in parts if part) + "\n"


def few_images(table: Table) -> str:
    """What small sets cannot show, in a sentence; empty where no set is so small."""
    small = {row.dataset: len(row.images) for row in table.rows if 2 ** (1 - len(row.images)) > SIGNIFICANT}
    return " ".join(
        f"With the {count} image{'s' * (count > 1)} of {name} the smallest possible p is {2.0 ** (1 - count):.3g}."
        for name, count in small.items()
    )


def headed(name: str) -> str:
    """A metric's heading: title, unit, and which way is better."""
    found = metric(name)
    unit = f" [{found.unit}]" if found.unit else ""
    return f"{found.title}{unit} {'↑' if found.higher_is_better else '↓'}"


def value_text(name: str, value: float, *, signed: bool = False) -> str:
    """A metric's value with the digits that the field prints."""
    digits = 2 if metric(name).unit == "dB" else 4
    return f"{value:+.{digits + signed}f}" if signed else f"{value:.{digits}f}"


def interval_text(name: str, interval: Interval | None, *, signed: bool = False) -> str:
    """Both ends in brackets; empty where there is no interval."""
    if interval is None:
        return ""
    lower, upper = (value_text(name, end, signed=signed) for end in (interval.lower, interval.upper))
    return f"[{lower}, {upper}]"


def probability_text(probability: float) -> str:
    """A p-value."""
    return "<0.001" if probability < 0.001 else f"{probability:.3f}"


def expense_texts(row: Row) -> tuple[str, str, str]:
    """Parameters, MACs and time of a row, as people read them; empty where not known."""
    if row.expense is None:
        return ("", "", "")
    time = row.expense.latency
    ms = "" if time is None else f"{time.median:.0f} ms"
    return (f"{row.expense.parameters / 1e3:.0f} K", f"{row.expense.macs / 1e9:.1f} G", ms)


def _figures(table: Table) -> str:
    has_expense = any(row.expense for row in table.rows)
    has_time = any(row.expense and row.expense.latency for row in table.rows)
    heads = ["set", "scale", "model", *(headed(name) for name in table.metrics)]
    heads += (["parameters", "MACs"] if has_expense else []) + (["time"] if has_time else [])
    lines: list[list[str]] = []
    for row in table.rows:
        figures = [
            f"{value_text(name, row.mean(name))} {interval_text(name, row.interval(name))}".strip()
            for name in table.metrics
        ]
        parameters, macs, time = expense_texts(row)
        lines.append(
            [row.dataset, f"×{row.scale:g}", row.model, *figures]
            + ([parameters, macs] if has_expense else [])
            + ([time] if has_time else [])
        )
    return _grid(heads, lines)


def _over_scales(table: Table) -> str:
    heads = ["set", "model", "scales", *(headed(name) for name in table.metrics)]
    return _grid(
        heads,
        (
            [each.dataset, each.model, ", ".join(f"×{scale:g}" for scale in each.scales)]
            + [value_text(name, each.means[name]) for name in table.metrics]
            for each in table.scale_means()
        ),
    )


def _published(deviations: Sequence[Deviation]) -> str:
    return _grid(
        ["set", "scale", "model", "metric", "published", "here", "difference", "", "source"],
        (
            [
                each.published.dataset,
                f"×{each.published.scale:g}",
                each.published.model,
                metric(each.metric).title,
                f"{each.expected:g}",
                value_text(each.metric, each.found),
                value_text(each.metric, each.difference, signed=True),
                verdict(each),
                each.published.source,
            ]
            for each in deviations
        ),
    )


def verdict(deviation: Deviation) -> str:
    """Whether a figure is as near to the published one as the table asks."""
    if deviation.tolerance is None:
        return ""
    return f"{'within' if deviation.is_within else 'not within'} {deviation.tolerance:g}"


def _differences(pairs: Sequence[PairOfModels]) -> str:
    return _grid(
        ["set", "scale", "metric", "first", "second", "difference", "95 % interval", "p"],
        (
            [
                each.dataset,
                f"×{each.scale:g}",
                metric(each.metric).title,
                each.first,
                each.second,
                value_text(each.metric, each.difference.mean, signed=True),
                interval_text(each.metric, each.difference.interval, signed=True),
                probability_text(each.corrected),
            ]
            for each in pairs
        ),
    )


def _grid(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---"] * len(heads)
    return "\n".join(f"| {' | '.join(_cell(text) for text in cells)} |" for cells in (heads, rule, *lines))


def _cell(text: str) -> str:
    """A text that stays within its cell."""
    return " ".join(text.split()).replace("|", "\\|")
