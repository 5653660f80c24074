"""A film, or a frame of it, where what reads films is installed."""

from __future__ import annotations

from superres.errors import MissingPackageError
from superres.image.video.names import check_installed
from superres.inference.batch import Job
from superres.inference.files import JobWatcher, Outcome, Planner, Terms
from superres.inference.request import Plan


def outcome_of_film(job: Job, plan: Plan | Planner, terms: Terms, watch: JobWatcher | None = None) -> Outcome:
    """Enlarge a film into another, or its frame at `terms.preview` into a picture; see `upscale_film`.

    Returns:
        How it ended; with a MissingPackageError where PyAV is not installed.
    """
    try:
        check_installed(job.source)
    except MissingPackageError as error:
        return Outcome(job=job, result=error)
    if terms.preview is not None:
        from superres.inference.film_preview import preview_film  # noqa: PLC0415 - PyAV is an optional package

        return preview_film(job, plan, terms, terms.preview)
    from superres.inference.films import upscale_film  # noqa: PLC0415

    return upscale_film(job, plan, terms, watch)
