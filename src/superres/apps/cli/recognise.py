"""`superres recognise`: judge models by what can be read in their images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import print_json, progress_bar
from superres.inference.precision import Precision

if TYPE_CHECKING:
    from superres.evaluation.recognition import Interval, Recognition


def recognise(
    folder: Annotated[
        Path,
        typer.Argument(help="Images of text, with truth.csv (image,text) or .txt files beside them, if you have them."),
    ],
    *,
    models: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="A name or a file of weights; several by repeating the option."),
    ] = None,
    scales: Annotated[
        list[int] | None, typer.Option("--scale", "-s", help="Several by repeating the option.", show_default="4")
    ] = None,
    precision: Annotated[Precision, typer.Option(help="Of the engine's arithmetic.")] = "auto",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document with the text read in every image.")
    ] = False,
) -> None:
    """Reduce images of text, restore them, and count what a reader then gets wrong; bicubic is always compared."""
    from superres.evaluation.recognition import recognise as measure
    from superres.evaluation.subject import subjects
    from superres.evaluation.table_plan import BICUBIC
    from superres.metrics.task.recogniser import PageReader

    named = [name for name in models or () if name != BICUBIC]
    judged = subjects([BICUBIC, *named] if models else (), scales or (), precision)
    reader = PageReader()
    with progress_bar() as show:
        found = measure(
            folder,
            judged,
            reader,
            recogniser_name=reader.name,
            watch=lambda what, done, total: show(what, done, total, ""),
        )
    if as_json:
        print_json(found.to_dict())
    else:
        _print(found)


def _print(found: Recognition) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(caption=found.caption())
    for heading in ("image", "scale", "CER [%], interval", "less bicubic, interval"):
        table.add_column(heading, justify="left" if heading == "image" else "right")
    for row in found.rows:
        baseline = found.baseline(row)
        compared = "" if baseline is None or row is baseline else _percent(*row.difference(baseline))
        rate = _percent(row.character_error_rate(), row.interval())
        table.add_row(Path(row.model).name, f"×{row.scale:g}", rate, compared)
    Console().print(table)


def _percent(share: float, interval: Interval | None) -> str:
    span = "" if interval is None else " ({:.2f} to {:.2f})".format(*(100 * end for end in interval))
    return f"{100 * share:.2f}{span}"
