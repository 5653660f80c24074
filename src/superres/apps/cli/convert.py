"""`superres convert`: other people's weights as files of ours, and two networks blended into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from superres.apps.cli.console import report
from superres.errors import InvalidRequestError


def convert(
    file: Annotated[
        Path,
        typer.Argument(help="An authors' checkpoint (.pth, .pt, .mat), or a file of ours; with --blend a name too."),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.", show_default="the network's name and .safetensors"),
    ] = None,
    scale: Annotated[
        int | None, typer.Option("--scale", "-s", help="For checkpoints whose tensors serve several scales.", min=1)
    ] = None,
    blend: Annotated[
        str | None,
        typer.Option(
            help="A second network of the same kind, such as the first one's adversarial offspring; the weights "
            "between both are written: a dial between fidelity and texture."
        ),
    ] = None,
    share: Annotated[
        float | None, typer.Option(help="Of the second network, from 0 to 1.", show_default="0.8", min=0.0, max=1.0)
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
) -> None:
    """Turn weights into a safetensors file with a card, which every command takes; code in a file is never run."""
    if blend is None and share is not None:
        raise InvalidRequestError("--share is the share of a second network; name it with --blend")
    if blend is not None and scale is not None:
        raise InvalidRequestError("--scale and --blend do not go together; convert each file first")
    if blend is None:
        from superres.models.conversion import convert as converted

        target, card = converted(file, output, scale=scale, overwrite=overwrite)
    else:
        from superres.models.blending import SHARE, write_blend

        target, card = write_blend(file, blend, output, share=SHARE if share is None else share, overwrite=overwrite)
    report(f"{target}: {card.name}, {card.architecture} ×{card.scale}")
