"""`superres upscale`: enlarge pictures and films."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from superres.apps.cli.upscale_options import (
    Arithmetic,
    Best,
    Codec,
    Computing,
    Consistent,
    Fast,
    Films,
    Fit,
    Format,
    Height,
    Inputs,
    LongSide,
    Machines,
    MaxPixels,
    Model,
    Name,
    Note,
    Output,
    Overwrite,
    Photo,
    Preview,
    Quality,
    Scale,
    Shard,
    Strip,
    Texture,
    TileSide,
    Width,
    Wrap,
)
from superres.apps.cli.upscaling import work_off

if TYPE_CHECKING:
    from collections.abc import Iterable

    from superres.inference.batch import Job, Naming
    from superres.inference.files import Terms
    from superres.inference.request import Request
    from superres.inference.sizing import Sizing
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
    name: Name = "{stem}_{size}",
    quality: Quality = None,
    films: Films = False,
    codec: Codec = None,
    preview: Preview = None,
    precision: Arithmetic = "auto",
    engine: Computing = "auto",
    tile: TileSide = None,
    fast: Fast = False,
    photo: Photo = False,
    texture: Texture = None,
    best: Best = False,
    wrap: Wrap = False,
    consistent: Consistent = False,
    shard: Shard = None,
    cluster: Machines = None,
    strip: Strip = False,
    note: Note = True,
    max_pixels: MaxPixels = None,
    overwrite: Overwrite = False,
) -> None:
    """Enlarge pictures and films. Nothing goes to the network; results appear only when complete."""
    from superres.image.files import MAX_PIXELS
    from superres.image.video.times import seconds
    from superres.inference.batch import Naming
    from superres.inference.files import Terms
    from superres.inference.request import Request
    from superres.inference.sizing import frame, sizing_of

    request = Request(
        scale=scale,
        model=model,
        tier=_tier(fast=fast, photo=photo),
        texture=texture,
        precision=precision,
        engine=engine,
        tile_size=tile,
        ensemble="mean" if best else "none",
        wraps=wrap,
        is_consistent=consistent,
    )
    limit = MAX_PIXELS if max_pixels is None else max_pixels
    moment = None if preview is None else seconds(preview)
    terms = Terms(quality=quality, overwrite=overwrite, max_pixels=limit, codec=codec, preview=moment)
    terms = replace(terms, is_stripped=strip, is_noted=note, is_cleaned=photo)
    sizing = sizing_of(width=width, height=height, long_side=long_side, fit=None if fit is None else frame(fit))
    called = Path(model).stem if model else request.tier
    naming = Naming(model=called, template=name, format_name=format_name, has_previews=preview is not None)
    _upscale(_Files(inputs, output, naming, shard, films, cluster), request, sizing, terms)


@dataclass(frozen=True, slots=True)
class _Files:
    """Which pictures and films are meant, and where results go."""

    inputs: list[Path]
    output: Path | None
    naming: Naming
    shard: str | None
    has_films: bool
    """Whether those of folders are meant."""
    cluster: str | None
    """That pictures are sent to."""


def _upscale(files: _Files, request: Request, sizing: Sizing | None, terms: Terms) -> None:
    from superres.inference.batch import plan_jobs, share_of
    from superres.inference.folders import Folders
    from superres.inference.many import lanes, planner
    from superres.inference.request import Plan, plan, plan_for

    single = plan(request) if sizing is None else partial(plan_for, request, sizing)
    size = f"x{single.scale:g}" if isinstance(single, Plan) else sizing.label if sizing else ""
    share = None if files.shard is None else share_of(files.shard)
    naming = replace(files.naming, size=size)
    batch = plan_jobs(files.inputs, output=files.output, naming=naming, share=share, has_films=files.has_films)
    how = planner(request, sizing) if len(batch.jobs) > 1 else single
    _make_folders(batch.jobs, files.output)
    same = replace(request, engine="auto", tile_size=None)  # neither changes a result by more than rounding
    settings = f"{same} {sizing} {terms.quality} {terms.is_stripped} {terms.is_noted} {terms.codec} {terms.preview}"
    folders = Folders(batch.jobs, settings, overwrite=terms.overwrite)
    if files.cluster is None:
        work_off(batch, folders, how, terms)
        return
    from superres.inference.cluster import Cluster
    from superres.inference.parcels import Work

    cluster = Cluster(files.cluster)
    work = Work(request=replace(request, together=lanes()), sizing=sizing, terms=terms)
    try:
        work_off(batch, folders, how, terms, partial(cluster.upscale_files, work=work))
    finally:
        cluster.close()


def _tier(*, fast: bool, photo: bool) -> Tier:
    from superres.errors import InvalidRequestError

    if fast and photo:
        raise InvalidRequestError("--fast and --photo take different networks; leave one of them out")
    return "tiny" if fast else "photo" if photo else "default"


def _make_folders(jobs: Iterable[Job], output: Path | None) -> None:
    """Make the results' folder where the output names one; its parent must exist."""
    if output is None or all(job.target == output for job in jobs):
        return
    from superres.errors import UnwritableFileError

    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(f"the folder {output} cannot be made: {error.strerror}") from error
