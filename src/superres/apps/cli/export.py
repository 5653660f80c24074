"""`superres export`: hand a network to another runtime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import report

if TYPE_CHECKING:
    from superres.models.card import Card


def export(
    model: Annotated[str, typer.Argument(help="A name from `superres models`, or a file of weights.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The graph, NAME.param for ncnn, or NAME.npy for SR-LUT's table.",
            show_default="the name and .onnx",
        ),
    ] = None,
    interval: Annotated[
        int | None, typer.Option("--interval", help="Of a table: steps of 8 bit between its values.", show_default="16")
    ] = None,
    int8: Annotated[
        bool, typer.Option("--int8", help="A graph in 8 bit, of a network that has learned it in training.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
) -> None:
    """Write a network as an ONNX graph or for ncnn, checked against PyTorch at several sizes, or SR-LUT's table."""
    target = output or Path(f"{Path(model).stem}.onnx")
    card = _exported(model, target, interval, int8=int8, overwrite=overwrite)
    report(f"{target}: {card.name}, ×{card.scale}")


def _exported(model: str, target: Path, interval: int | None, *, int8: bool, overwrite: bool) -> Card:
    from superres.errors import InvalidRequestError

    if int8 and target.suffix != ".onnx":
        raise InvalidRequestError(f"--int8 makes a graph, NAME.onnx, but {target} was to be written")
    if target.suffix == ".npy":
        from superres.export.lookup_table import INTERVAL, export_table

        return export_table(model, target, interval=INTERVAL if interval is None else interval, overwrite=overwrite)
    if target.suffix not in (".onnx", ".param"):
        raise InvalidRequestError(
            f"{target} was to hold the network; graphs are called NAME.onnx, ncnn's texts NAME.param, "
            "look-up tables NAME.npy"
        )
    if interval is not None:
        raise InvalidRequestError("--interval is for look-up tables; a graph has none")
    if target.suffix == ".param":
        from superres.export.ncnn import export_ncnn

        return export_ncnn(model, target, overwrite=overwrite)
    if int8:
        from superres.export.eight_bit import export_eight_bit

        return export_eight_bit(model, target, overwrite=overwrite)
    from superres.export.onnx import export_onnx

    return export_onnx(model, target, overwrite=overwrite)
