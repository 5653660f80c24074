"""`superres export`: hand a network to another runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from superres.apps.cli.console import report


def export(
    model: Annotated[str, typer.Argument(help="A name from `superres models`, or a file of weights.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The graph.  [default: the name and .onnx]")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a graph that exists.")] = False,
) -> None:
    """Write a network as an ONNX graph, checked against PyTorch at several sizes, with its card inside."""
    from superres.export.onnx import export_onnx

    target = output or Path(f"{Path(model).stem}.onnx")
    card = export_onnx(model, target, overwrite=overwrite)
    report(f"{target}: {card.name}, ×{card.scale}")
