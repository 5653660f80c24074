"""`superres evaluate`: judge models on a folder of images, or fill the tables that files describe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import complain, figure, print_json, progress_bar, report
from superres.inference.precision import Precision

if TYPE_CHECKING:
    from rich.table import Table as Drawing

    from superres.evaluation.subject import Subject
    from superres.evaluation.table import Table

DEFAULT_METRICS = "psnr,ssim"
DEFAULT_PROTOCOL = "classical"
ABREAST = 5
"""Metrics that fit beside each other on a terminal of 80 columns."""


def evaluate(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="A folder of high-resolution images, or with a benchmark's layout (HR/ and LR_bicubic/X2 …); "
            "or tables as TOML files."
        ),
    ],
    *,
    models: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="A name, a file of weights, or bicubic; several by repeating the option."),
    ] = None,
    scales: Annotated[
        list[float] | None, typer.Option("--scale", "-s", help="Several by repeating the option.", show_default="4")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(help="Names with commas between them.", show_default=DEFAULT_METRICS)
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="classical, ntire or rgb.", show_default=DEFAULT_PROTOCOL)
    ] = None,
    precision: Annotated[
        Precision | None, typer.Option(help="Of the engine's arithmetic.", show_default="auto")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder of a table's results.", show_default="results/NAME beside the table's file"
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure a table anew; forget what was found before.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document with the values of every image.")
    ] = False,
) -> None:
    """Measure models against the true images; the caption says how.

    A table's results are kept: what was cut off goes on, and what did not change is not computed again.
    """
    from superres.errors import InvalidRequestError

    is_table = [path.suffix == ".toml" for path in paths]
    if any(is_table):
        given = (models, scales, metrics, protocol, precision)
        if not all(is_table) or any(value is not None for value in given):
            raise InvalidRequestError(
                "tables are evaluated by themselves: models, scales, metrics, protocol and precision stand in the file"
            )
        _tables(paths, output, fresh=fresh, as_json=as_json)
        return
    if len(paths) != 1 or output is not None or fresh:
        raise InvalidRequestError(
            "one folder is evaluated at a time, and its results are printed; several folders, --output and --fresh "
            "are for tables, which TOML files describe"
        )
    from superres.evaluation.subject import subjects

    judged = subjects(models or (), scales or (), precision or "auto")
    _folder(paths[0], judged, metrics or DEFAULT_METRICS, protocol or DEFAULT_PROTOCOL, as_json=as_json)


def _folder(folder: Path, judged: tuple[Subject, ...], metrics: str, protocol: str, *, as_json: bool) -> None:
    from superres.evaluation.benchmark import evaluate as measure

    with progress_bar() as show:
        table = measure(
            {folder.resolve().name: folder},
            judged,
            metrics=tuple(name.strip() for name in metrics.split(",")),
            protocol_name=protocol,
            watch=lambda what, done, total: show(what, done, total, ""),
        )
    for warning in table.warnings:
        complain(warning)
    if as_json:
        print_json(table.to_dict())
    else:
        _print(table)


def _tables(paths: list[Path], output: Path | None, *, fresh: bool, as_json: bool) -> None:
    from superres.evaluation.filling import fill_table
    from superres.evaluation.table_plan import read_table_plan

    plans = {path: read_table_plan(path) for path in paths}
    documents: dict[str, object] = {}
    far = 0
    for path, plan in plans.items():
        folder = (output or path.parent / "results") / path.stem
        with progress_bar() as show:
            table = fill_table(
                plan,
                name=path.stem,
                beside=path.parent,
                output=folder,
                fresh=fresh,
                watch=lambda what, done, total: show(what, done, total, ""),
            )
        documents[path.stem] = table.to_dict()
        for warning in table.warnings:
            complain(warning)
        if not as_json:
            _print(table)
            report(f"{folder / 'report.html'} shows all of it")
        far += _complain_of_deviations(table)
    if as_json:
        print_json(documents if len(paths) > 1 else next(iter(documents.values())))
    if far:
        raise typer.Exit(1)


def _complain_of_deviations(table: Table) -> int:
    """How many figures are further from the published ones than the table allows."""
    from superres.evaluation.formats import value_text

    far = [each for each in table.deviations() if not each.is_within]
    for each in far:
        entry = each.published
        complain(
            f"{entry.model} ×{entry.scale:g} on {entry.dataset}: {each.metric} is "
            f"{value_text(each.metric, each.found)}, published {each.expected:g}: "
            f"{value_text(each.metric, each.difference, signed=True)}, not within {each.tolerance:g}"
        )
    return len(far)


def _print(table: Table) -> None:
    from rich.console import Console

    for first in range(0, len(table.metrics), ABREAST):
        Console().print(_drawing(table, table.metrics[first : first + ABREAST]))
    Console().print(table.caption(), highlight=False)
    for engine in dict.fromkeys(row.engine for row in table.rows):
        models = dict.fromkeys(Path(row.model).name for row in table.rows if row.engine == engine)
        Console().print(f"{engine}: {', '.join(models)}", highlight=False)


def _drawing(table: Table, metrics: tuple[str, ...]) -> Drawing:
    from rich.table import Table as Drawing

    from superres.metrics.catalogue import metric

    has_sets = len(table.datasets) > 1
    drawing = Drawing(title=table.name or None)
    for heading in (*(["set"] if has_sets else []), "model"):
        drawing.add_column(heading, overflow="fold")
    for heading in ("scale", *metrics):
        drawing.add_column(heading, justify="right", no_wrap=True)
    for row in table.rows:
        values = [figure(row.mean(name), metric(name).unit) for name in metrics]
        drawing.add_row(*([row.dataset] if has_sets else []), Path(row.model).name, f"×{row.scale:g}", *values)
    return drawing
