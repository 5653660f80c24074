"""Enlarging an image file or a film by one call, as `superres upscale` does."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict, Unpack

from superres.image.video.names import is_film
from superres.inference.backends.engines import Engine
from superres.inference.batch import Job
from superres.inference.ensemble import Ensemble
from superres.inference.files import Outcome, Planner, Sizes, Terms, upscale_files
from superres.inference.one_film import outcome_of_film
from superres.inference.precision import Precision
from superres.inference.request import Plan, Request, plan, plan_for
from superres.inference.sizing import sizing_of
from superres.models.manifest import Tier

_SIZES = ("width", "height", "long_side", "fit")


class How(TypedDict, total=False):
    """What `superres.upscale` takes by keyword, and what each means there."""

    model: str | None
    width: int | None
    height: int | None
    long_side: int | None
    fit: tuple[int, int] | None
    tier: Tier
    texture: float | None
    precision: Precision
    engine: Engine
    tile_size: int | None
    ensemble: Ensemble
    wraps: bool
    is_consistent: bool


def upscale_file(
    source: str | PathLike[str],
    target: str | PathLike[str],
    scale: float | None = None,
    *,
    quality: int | None = None,
    overwrite: bool = False,
    is_stripped: bool = False,
    codec: str | None = None,
    **how: Unpack[How],
) -> Sizes:
    """Enlarge an image file into another, strip by strip; colour profile, EXIF, XMP, depth and alpha stay.

    Or a film into another, with `superres[video]`; what was done before a kill is not done again.

    Args:
        source: PNG, JPEG, WebP, TIFF, AVIF, GIF, HEIC, BMP, PNM, TGA, DDS or JPEG 2000; also animations, and pages.
            A film is known by its ending, such as .mp4.
        target: Its ending names the format: .png, .jpg, .webp, .tif, .avif or .gif; of films .mp4, .mov, .mkv or .webm.
            Until it is complete, nothing bears its name.
        scale: See `superres.upscale`.
        quality: 1 to 100 for JPEG, WebP, AVIF and films; where not given 95, lossless and 80 for the first three.
        overwrite: Whether an existing target may be replaced.
        is_stripped: Whether EXIF, XMP and IPTC are left out.
        codec: Of films, such as `hevc`; the source's, where it can be made, if not given.
        **how: What `superres.upscale` takes by keyword, such as `width=1920`, `tier="photo"` or `ensemble="mean"`.

    Returns:
        Height and width of both [pixels].

    Raises:
        SuperResError: As `superres.upscale`; and if the source cannot be read, or the target not be written, or what
            reads films is not installed.
        MemoryError: If there is not enough.

    Warns:
        UserWarning: If there is something to say of the picture, such as that it shows the blocks of JPEG.

    Example: `upscale_file("photo.jpg", "larger.jpg", scale=4)`.
    """
    is_cleaned = how.get("tier") == "photo"
    terms = Terms(quality=quality, overwrite=overwrite, is_stripped=is_stripped, is_cleaned=is_cleaned, codec=codec)
    outcome = _outcome(Job(Path(source), Path(target)), _planned(scale, how), terms)
    if not isinstance(outcome.result, Sizes):
        raise outcome.result
    for remark in outcome.remarks:
        warnings.warn(f"{source} {remark}", stacklevel=2)
    return outcome.result


def _outcome(job: Job, plan: Plan | Planner, terms: Terms) -> Outcome:
    if is_film(job.source):
        return outcome_of_film(job, plan, terms)
    (outcome,) = upscale_files([job], plan, terms)
    return outcome


def _planned(scale: float | None, how: How) -> Plan | Planner:
    given: dict[str, Any] = {**how}
    sizing = sizing_of(**{name: given.pop(name, None) for name in _SIZES})
    request = Request(scale=scale, **given)
    if sizing is None:
        return plan(request)
    return lambda height, width: plan_for(request, sizing, height, width)
