"""`superres compare`: measure images against their references."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import print_json

if TYPE_CHECKING:
    from superres.evaluation.comparison import Comparison


def compare(
    restored: Annotated[Path, typer.Argument(help="An image, or a folder of images.")],
    reference: Annotated[Path, typer.Argument(help="The true image, or a folder of them.")],
    *,
    metrics: Annotated[str, typer.Option(help="Names with commas between them.")] = "psnr,ssim",
    protocol: Annotated[str, typer.Option(help="classical, ntire or rgb.")] = "rgb",
    scale: Annotated[int, typer.Option(help="Border of the protocols that leave out the scale's pixels.", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure images, or folders of them, against the true ones; the caption says how."""
    from superres.evaluation.comparison import compare as measure

    names = tuple(name.strip() for name in metrics.split(","))
    found = measure(restored, reference, metrics=names, protocol_name=protocol, scale=scale)
    if as_json:
        means = {name: found.mean(name) for name in names}
        print_json({"protocol": protocol, "caption": found.caption(), **means, "images": found.images})
    else:
        _print(found, names)


def _print(found: Comparison, names: tuple[str, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    from superres.apps.cli.console import figure
    from superres.metrics.catalogue import metric

    table = Table(caption=found.caption())
    for heading in ("image", *names):
        table.add_column(heading, justify="left" if heading == "image" else "right")
    rows = [(image, [values[name] for name in names]) for image, values in found.images.items()]
    if len(rows) > 1:
        rows.append(("mean", [found.mean(name) for name in names]))
    for image, values in rows:
        table.add_row(image, *(figure(value, metric(name).unit) for name, value in zip(names, values, strict=True)))
    Console().print(table)
