"""`superres evaluate`: judge models on a folder of images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import complain, figure, print_json, progress_bar
from superres.inference.precision import Precision

if TYPE_CHECKING:
    from superres.evaluation.table import Table


def evaluate(
    folder: Annotated[
        Path, typer.Argument(help="High-resolution images, or a benchmark's layout: HR/ and LR_bicubic/X2 …")
    ],
    *,
    models: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="A name, a file of weights, or bicubic; several by repeating the option."),
    ] = None,
    scales: Annotated[
        list[int] | None, typer.Option("--scale", "-s", help="Several by repeating the option.  [default: 4]")
    ] = None,
    metrics: Annotated[str, typer.Option(help="Names with commas between them.")] = "psnr,ssim",
    protocol: Annotated[str, typer.Option(help="classical, ntire or rgb.")] = "classical",
    precision: Annotated[Precision, typer.Option(help="Of the engine's arithmetic.")] = "auto",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document with the values of every image.")
    ] = False,
) -> None:
    """Measure models against the true images; the caption says how."""
    from superres.evaluation.benchmark import evaluate as measure
    from superres.evaluation.benchmark import subjects

    judged = subjects(models or (), scales or (), precision)
    with progress_bar() as show:
        table = measure(
            folder,
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


def _print(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Drawing

    from superres.metrics.catalogue import metric

    drawing = Drawing(caption=table.caption())
    for heading in ("model", "scale", *table.metrics, "engine"):
        drawing.add_column(heading, justify="left" if heading in ("model", "engine") else "right")
    for row in table.rows:
        values = [figure(row.mean(name), metric(name).unit) for name in table.metrics]
        drawing.add_row(Path(row.model).name, f"×{row.scale}", *values, row.engine)
    Console().print(drawing)
