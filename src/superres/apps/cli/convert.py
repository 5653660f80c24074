"""`superres convert`: other people's weights as files of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from superres.apps.cli.console import report


def convert(
    file: Annotated[Path, typer.Argument(help="An authors' checkpoint (.pth, .pt, .mat), or a file of ours.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.  [default: the network's name and .safetensors]"),
    ] = None,
    scale: Annotated[
        int | None, typer.Option("--scale", "-s", help="For checkpoints whose tensors serve several scales.", min=1)
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
) -> None:
    """Turn weights into a safetensors file with a card, which every command takes; code in a file is never run."""
    from superres.models.conversion import convert as converted

    target, card = converted(file, output, scale=scale, overwrite=overwrite)
    report(f"{target}: {card.name}, {card.architecture} ×{card.scale}")
