"""A table from its file to its results: open the models, fill the cells, add costs, write what people read.

rlfn_official/table.json      everything, in full precision: the truth
rlfn_official/table.csv       one line for each image and model
rlfn_official/table.md        for a README or a paper
rlfn_official/report.html     one page that needs no other file
rlfn_official/cells.jsonl, restored/, exhibits/      what a second run goes on from; see `store`
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from superres.errors import InvalidRequestError, SuperResError
from superres.evaluation import efficiency
from superres.evaluation.benchmark import Watcher, evaluate
from superres.evaluation.efficiency import count, latencies
from superres.evaluation.formats import to_csv, to_markdown
from superres.evaluation.report import to_html
from superres.evaluation.store import Store
from superres.evaluation.subject import Subject, planned_subjects
from superres.evaluation.table import Expense, Table
from superres.evaluation.table_plan import Latency, TablePlan, located
from superres.models.writing import json_text, replace_file

OUTPUT = (1280, 720)
"""Width and height of the output that the papers count multiply-accumulates for."""


def fill_table(
    plan: TablePlan, *, name: str, beside: Path, output: Path, fresh: bool = False, watch: Watcher | None = None
) -> Table:
    """Fill a table and write its files.

    Args:
        plan: What it holds.
        name: Of the table.
        beside: The folder of its file.
        output: The folder of the results; cells found there before are kept where they still hold.
        fresh: Whether they are forgotten instead.
        watch: See `Watcher`.

    Raises:
        SuperResError: As opening models, reading images and measuring raise. What was measured before is kept.
    """
    judged = planned_subjects(plan, beside)
    folders = {each.name: located(each.folder, beside) for each in plan.datasets}
    _check_published(plan, judged)
    store = Store(output)
    if fresh:
        store.clear()
    found = evaluate(folders, judged, metrics=plan.metrics, protocol_name=plan.protocol, store=store, watch=watch)
    times = {} if plan.latency is None else _times(judged, plan.latency, output / "latency.json")
    table = replace(
        found,
        name=name,
        about=plan.about,
        published=plan.published,
        tolerances=plan.tolerances,
        environment=_environment(plan),
        rows=tuple(
            replace(row, expense=_expense(subject, times))
            for row, subject in zip(found.rows, [*judged] * len(folders), strict=True)
        ),
    )
    _write(table, store, plan, output)
    return table


def _check_published(plan: TablePlan, judged: Sequence[Subject]) -> None:
    """Refuse a published figure for a scale at which its model is not judged."""
    rows = {(subject.name, subject.scale) for subject in judged}
    for entry in plan.published:
        if (entry.model, entry.scale) not in rows:
            raise InvalidRequestError(
                f"the table has published figures of {entry.model} at ×{entry.scale:g}, but does not judge it there"
            )


def _write(table: Table, store: Store, plan: TablePlan, output: Path) -> None:
    for name, text in (
        ("table.json", json_text(table.to_dict())),
        ("table.csv", to_csv(table)),
        ("table.md", to_markdown(table)),
        ("report.html", to_html(table, store, exhibits=plan.exhibits)),
    ):
        replace_file(output / name, text.encode())


def _expense(subject: Subject, times: dict[str, efficiency.Latency]) -> Expense | None:
    """Counts of a model that is one network; None for bicubic and for what is not known of a network."""
    if subject.plan is None or len(subject.plan.passes) != 1:
        return None
    width, height = (round(side / subject.scale) for side in OUTPUT)
    model = subject.model if Path(subject.model).suffix else subject.plan.passes[0].card().name
    try:
        counted = count(model, height=height, width=width, scale=subject.scale).cost
    except SuperResError:  # an ONNX graph of others: it runs, but cannot be counted
        return None
    return Expense(parameters=counted.parameters, macs=subject.calls * counted.macs, latency=times.get(_key(subject)))


def _key(subject: Subject) -> str:
    return f"{subject.name} ×{subject.scale:g}"


def _times(judged: tuple[Subject, ...], asked: Latency, known: Path) -> dict[str, efficiency.Latency]:
    """The time of each model, measured in turns; kept while neither models nor machine change."""
    facts: dict[str, Any] = {
        "width": asked.width,
        "height": asked.height,
        "rounds": asked.rounds,
        "machine": _machine(),
        "models": {_key(subject): subject.identity() for subject in judged},
    }
    if known.exists():
        before = json.loads(known.read_bytes())
        if before["facts"] == facts:
            return {name: efficiency.Latency(**values) for name, values in before["times"].items()}
    low = np.random.default_rng(0).integers(0, 256, (asked.height, asked.width, 3), np.uint8)
    contestants = {_key(subject): (lambda subject=subject: subject.restore(low)) for subject in judged}
    times = latencies(contestants, rounds=asked.rounds)
    content = {"facts": facts, "times": {name: _plain(value) for name, value in times.items()}}
    replace_file(known, json.dumps(content, indent=1).encode())
    return times


def _plain(value: efficiency.Latency) -> dict[str, float]:
    return {"median": value.median, "low": value.low, "high": value.high, "rounds": value.rounds}


def _environment(plan: TablePlan) -> dict[str, str]:
    facts = {
        "machine": _machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "precision": plan.precision,
    }
    if plan.latency is not None:
        facts["latency"] = f"one image of {plan.latency.width}×{plan.latency.height}, {plan.latency.rounds} rounds"
    return facts


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {torch.get_num_threads()} threads"
