"""`superres upscale`: enlarge pictures."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import complain, progress_bar, report
from superres.errors import SuperResError
from superres.inference.backends.engines import Engine
from superres.inference.precision import Precision

if TYPE_CHECKING:
    from collections.abc import Callable

    from superres.inference.batch import Job
    from superres.inference.upscaler import Sizes
    from superres.models.manifest import Tier

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
    typer.Option(help="From 0, true to the picture, to 1, detail that looks true but is invented.", min=0.0, max=1.0),
]
Best = Annotated[
    bool,
    typer.Option("--best", help="The mean over eight flips and turns: a little better, eight times the work."),
]


def upscale(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", help="Pictures, or folders of pictures.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file for one picture, else a folder; beside the inputs if not given."),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option("--scale", "-s", help="Factor along each axis, above 1, at most 16.", show_default="4"),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="A name from `superres models`, or a file of weights.")
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", "-f", help="png, jpg, webp, tif or avif; as the input if not given.")
    ] = None,
    quality: Annotated[int | None, typer.Option(help="1 to 100, for jpg, webp and avif.")] = None,
    precision: Annotated[
        Precision, typer.Option(help="Of the arithmetic; auto is the fastest that loses nothing.")
    ] = "auto",
    engine: Annotated[
        Engine, typer.Option(help="What computes the network; auto is the fastest here, see `superres doctor`.")
    ] = "auto",
    tile: Annotated[
        int | None, typer.Option(help="Side of the tiles in input pixels; smaller needs less memory.")
    ] = None,
    fast: Fast = False,
    photo: Photo = False,
    texture: Texture = None,
    best: Best = False,
    max_pixels: Annotated[int | None, typer.Option(help="Refuse inputs that claim more pixels.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")] = False,
) -> None:
    """Enlarge pictures. Nothing goes to the network; results appear only when complete."""
    from superres.image.files import MAX_PIXELS
    from superres.inference.batch import plan_jobs
    from superres.inference.request import TILE_SIZE, Request, plan
    from superres.inference.upscaler import upscale_file

    request = Request(
        scale=scale,
        model=model,
        tier=_tier(fast=fast, photo=photo),
        texture=texture,
        precision=precision,
        engine=engine,
        tile_size=TILE_SIZE if tile is None else tile,
        ensemble="mean" if best else "none",
    )
    how = plan(request)
    jobs, problems = plan_jobs(inputs, output=output, scale=how.scale, format_name=format_name)
    for problem in problems:
        complain(str(problem))
    if output is not None and jobs:
        _make_folder(jobs[0].target.parent, output)
    limit = MAX_PIXELS if max_pixels is None else max_pixels
    enlarge = partial(upscale_file, plan=how, quality=quality, overwrite=overwrite, max_pixels=limit)
    if _failures(jobs, enlarge) + len(problems):
        raise typer.Exit(2)


def _tier(*, fast: bool, photo: bool) -> Tier:
    from superres.errors import InvalidRequestError

    if fast and photo:
        raise InvalidRequestError("--fast and --photo take different networks; leave one of them out")
    return "tiny" if fast else "photo" if photo else "default"


def _make_folder(folder: Path, output: Path) -> None:
    """Make the results' folder where the output names one; its parent must exist."""
    if folder != output:
        return
    from superres.errors import UnwritableFileError

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(f"the folder {folder} cannot be made: {error.strerror}") from error


def _failures(jobs: tuple[Job, ...], enlarge: Callable[..., Sizes]) -> int:
    """Do all jobs; how many failed."""
    failures = 0
    with progress_bar() as show:
        for number, job in enumerate(jobs, start=1):
            what = job.source.name if len(jobs) == 1 else f"{number}/{len(jobs)} {job.source.name}"
            try:
                sizes = enlarge(job.source, job.target, watch=partial(_show, show, what))
                report(
                    f"{job.source} → {job.target}  {sizes.width}×{sizes.height} → {sizes.new_width}×{sizes.new_height}"
                )
            except SuperResError as error:
                failures += 1
                complain(str(error))
            except MemoryError:
                failures += 1
                complain(f"{job.source} needs more memory than there is; a smaller --tile or --scale needs less")
    return failures


def _show(show: Callable[[str, float, float, str], None], what: str, done: int, total: int) -> None:
    show(what, done, total, "")
