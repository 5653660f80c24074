"""The options of `superres upscale`, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from superres.inference.backends.engines import Engine
from superres.inference.precision import Precision

Inputs = Annotated[
    list[Path], typer.Argument(metavar="INPUT...", help="Pictures and films, or folders with all pictures below them.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="A file for one picture, else a folder, laid out as the input is; beside the inputs if not given.",
    ),
]
Scale = Annotated[
    float | None,
    typer.Option("--scale", "-s", help="Factor along each axis, above 1, at most 16.", show_default="4"),
]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="A name from `superres models`, or a file of weights.")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", help="png, jpg, webp, tif, avif or gif; mp4, mov, mkv or webm; as the input if not given."
    ),
]
Films = Annotated[bool, typer.Option("--films", help="Films of folders, too; without it only those that are named.")]
Codec = Annotated[
    str | None,
    typer.Option(
        help="Of films: h264, hevc, av1, vp9, ffv1, prores, or an encoder from `superres doctor`; as the input if not "
        "given."
    ),
]
Preview = Annotated[
    str | None,
    typer.Option(
        help="Of films, only the frame shown at a time such as 12.5 or 1:02:03, as a picture.", metavar="TIME"
    ),
]
Name = Annotated[
    str, typer.Option("--name", help="Of the results, without ending: {stem} of the picture, {size}, {model}.")
]
Shard = Annotated[
    str | None,
    typer.Option(help="A part of the pictures, such as 2/5, the second of five; for several machines.", metavar="I/N"),
]
Machines = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Send pictures to the machines of a Ray cluster; `local` takes the cores of this one.",
        metavar="ADDRESS",
    ),
]
Strip = Annotated[
    bool,
    typer.Option("--strip", help="Leave out EXIF, XMP and IPTC, such as who and where; the colour profile stays."),
]
Note = Annotated[
    bool,
    typer.Option("--note/--no-note", help="Whether the result's XMP names model, scale and checksum."),
]
Quality = Annotated[int | None, typer.Option(help="1 to 100, for jpg, webp, avif and films.")]
Arithmetic = Annotated[
    Precision,
    typer.Option("--precision", help="Of the arithmetic; auto loses nothing, int8 a hundredth of a dB for speed."),
]
Computing = Annotated[
    Engine,
    typer.Option("--engine", help="What computes the network; auto is the fastest here, see `superres doctor`."),
]
TileSide = Annotated[
    int | None,
    typer.Option("--tile", help="Tiles have the pixels of a square of this side; smaller needs less memory."),
]
MaxPixels = Annotated[int | None, typer.Option(help="Refuse inputs that claim more pixels.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")]
Fast = Annotated[
    bool,
    typer.Option("--fast", help="The tiny networks: a third of the time in the network or less, and a little worse."),
]
Photo = Annotated[
    bool,
    typer.Option("--photo", help="For pictures out of cameras and from the web: blur, noise and JPEG are cleaned."),
]
Texture = Annotated[
    float | None,
    typer.Option(
        help="From 0, true to the picture, to 1, detail that looks true but is invented; with --photo, too.",
        min=0.0,
        max=1.0,
    ),
]
Width = Annotated[int | None, typer.Option(help="Of the result, in pixels, instead of a scale.", min=1)]
Height = Annotated[int | None, typer.Option(help="The same for the height.", min=1)]
LongSide = Annotated[int | None, typer.Option("--long-side", help="The same for the larger side.", min=1)]
Fit = Annotated[str | None, typer.Option(help="A frame such as 1920x1080 that the result fills as far as it goes.")]
Best = Annotated[
    bool,
    typer.Option("--best", help="The mean over eight flips and turns: a little better, eight times the work."),
]
Wrap = Annotated[
    bool,
    typer.Option("--wrap", help="For textures that repeat: opposite edges go on into each other, in the result too."),
]
Consistent = Annotated[
    bool,
    typer.Option("--consistent", help="Correct the result until its reduction is the input: no noise is cleaned then."),
]
