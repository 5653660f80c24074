"""`superres upscale`: enlarge pictures."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from superres.apps.cli.console import complain, progress_bar, report
from superres.apps.cli.upscale_options import (
    Arithmetic,
    Best,
    Computing,
    Consistent,
    Fast,
    Fit,
    Format,
    Height,
    Inputs,
    LongSide,
    MaxPixels,
    Model,
    Output,
    Overwrite,
    Photo,
    Quality,
    Scale,
    Texture,
    TileSide,
    Width,
    Wrap,
)
from superres.errors import SuperResError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from superres.inference.batch import Job
    from superres.inference.files import Outcome
    from superres.models.manifest import Tier


def upscale(
    inputs: Inputs,
    *,
    output: Output = None,
    scale: Scale = None,
    width: Width = None,
    height: Height = None,
    long_side: LongSide = None,
    fit: Fit = None,
    model: Model = None,
    format_name: Format = None,
    quality: Quality = None,
    precision: Arithmetic = "auto",
    engine: Computing = "auto",
    tile: TileSide = None,
    fast: Fast = False,
    photo: Photo = False,
    texture: Texture = None,
    best: Best = False,
    wrap: Wrap = False,
    consistent: Consistent = False,
    max_pixels: MaxPixels = None,
    overwrite: Overwrite = False,
) -> None:
    """Enlarge pictures. Nothing goes to the network; results appear only when complete."""
    from superres.image.files import MAX_PIXELS
    from superres.inference.batch import plan_jobs
    from superres.inference.files import Terms, upscale_files
    from superres.inference.many import planner
    from superres.inference.request import TILE_SIZE, Plan, Request, plan, plan_for
    from superres.inference.sizing import frame, sizing_of

    request = Request(
        scale=scale,
        model=model,
        tier=_tier(fast=fast, photo=photo),
        texture=texture,
        precision=precision,
        engine=engine,
        tile_size=TILE_SIZE if tile is None else tile,
        ensemble="mean" if best else "none",
        wraps=wrap,
        is_consistent=consistent,
    )
    sizing = sizing_of(width=width, height=height, long_side=long_side, fit=None if fit is None else frame(fit))
    single = plan(request) if sizing is None else partial(plan_for, request, sizing)
    label = f"x{single.scale:g}" if isinstance(single, Plan) else sizing.label if sizing else ""
    jobs, problems = plan_jobs(inputs, output=output, label=label, format_name=format_name)
    for problem in problems:
        complain(str(problem))
    if output is not None and jobs:
        _make_folder(jobs[0].target.parent, output)
    how = planner(request, sizing) if len(jobs) > 1 else single
    terms = Terms(quality=quality, overwrite=overwrite, max_pixels=MAX_PIXELS if max_pixels is None else max_pixels)
    if _failures(jobs, partial(upscale_files, jobs, how, terms)) + len(problems):
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


def _failures(jobs: tuple[Job, ...], outcomes: Callable[..., Iterator[Outcome]]) -> int:
    """Do all jobs; how many failed."""
    numbers = {job: number for number, job in enumerate(jobs, start=1)}
    failures = 0
    with progress_bar() as show:

        def watch(job: Job, done: int, total: int) -> None:
            what = job.source.name if len(jobs) == 1 else f"{numbers[job]}/{len(jobs)} {job.source.name}"
            show(what, done, total, "")

        for outcome in outcomes(watch):
            job, result = outcome.job, outcome.result
            if isinstance(result, MemoryError):
                complain(f"{job.source} needs more memory than there is; a smaller --tile or --scale needs less")
            elif isinstance(result, SuperResError):
                complain(str(result))
            else:
                sizes = f"{result.width}×{result.height} → {result.new_width}×{result.new_height}"
                report(f"{job.source} → {job.target}  {sizes}")
                continue
            failures += 1
    return failures
