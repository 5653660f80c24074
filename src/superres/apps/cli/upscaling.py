"""What `superres upscale` shows of its work, and how it ends."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import typer

from superres.apps.cli.console import complain, progress_bar, report
from superres.errors import SuperResError

if TYPE_CHECKING:
    from superres.inference.batch import Batch, Job
    from superres.inference.files import JobWatcher, Outcome, Planner, Terms
    from superres.inference.folders import Folders, PicturesBy
    from superres.inference.request import Plan

PARTLY_FAILED = 1
"""Exit code where some of several pictures failed."""
FAILED = 2
STOPPED = 130


def work_off(
    batch: Batch,
    folders: Folders,
    plan: Plan | Planner,
    terms: Terms,
    pictures_by: PicturesBy | None = None,
) -> None:
    """Do what is left to be done of a batch, and end with the exit code that tells how it went.

    Args:
        batch: All.
        folders: What is left, and the account of it.
        plan: How it is enlarged.
        terms: What holds for all files.
        pictures_by: See `superres.inference.folders.Folders.upscale`.

    Raises:
        typer.Exit: Unless all went well.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: nothing half-written
    failures = [str(problem) for problem in batch.problems]
    ended = 0
    try:
        with progress_bar() as show:
            watch = _Overall(folders.jobs, show, terms.max_pixels).watch
            with closing(folders.upscale(plan, terms, watch, pictures_by)) as outcomes:
                for outcome in outcomes:
                    ended += 1
                    failures += _told(outcome)
    except KeyboardInterrupt:
        failures.append(f"stopped; {_rest(len(folders.jobs) - ended)}")
        _conclude(batch, folders, failures)
        raise typer.Exit(STOPPED) from None
    except SuperResError as error:
        failures.append(f"{error}; {_rest(len(folders.jobs) - ended)}")
    _conclude(batch, folders, failures)
    if failures:
        raise typer.Exit(FAILED if len(folders.jobs) + len(batch.problems) == 1 else PARTLY_FAILED)


def _rest(left: int) -> str:
    return f"the same command goes on with the {_counted(left, 'file')} left"


def _told(outcome: Outcome) -> list[str]:
    """Report a result, or return why there is none."""
    job, result = outcome.job, outcome.result
    if isinstance(result, MemoryError):
        return [f"{job.source} needs more memory than there is; a smaller --tile or --scale needs less"]
    if isinstance(result, SuperResError):
        return [str(result)]
    for remark in outcome.remarks:
        complain(f"{job.source} {remark}")
    report(f"{job.source} → {job.target}  {result.width}×{result.height} → {result.new_width}×{result.new_height}")
    return []


def _conclude(batch: Batch, folders: Folders, failures: list[str]) -> None:
    for failure in failures:
        complain(failure)
    counts = {
        "done before": folders.done,
        "in the hands of other processes": folders.elsewhere,
        "films, which are taken along with --films": batch.films,
        "neither pictures nor films by their names": batch.others,
    }
    told = [f"{count} {what}" for what, count in counts.items() if count]
    if told:
        report(f"left alone: {', '.join(told)}")


def _counted(count: int, what: str) -> str:
    return what if count == 1 else f"{count} {what}s"


class _Overall:
    """Progress over all pictures, in their pixels.

    Args:
        jobs: All.
        show: Of a progress bar.
        max_pixels: Pictures of more are refused.
    """

    def __init__(self, jobs: Sequence[Job], show: Callable[[str, float, float, str], None], max_pixels: int) -> None:
        from superres.inference.folders import pixels_of

        self._show = show
        self._numbers = {job.source: number for number, job in enumerate(jobs, start=1)}
        # Headers are read for those who watch only.
        is_watched = len(jobs) > 1 and sys.stderr.isatty()
        sizes = pixels_of(jobs, max_pixels) if is_watched else dict.fromkeys(jobs, 1)
        self._pixels = {job.source: pixels for job, pixels in sizes.items()}
        self._total = sum(self._pixels.values()) or 1
        self._done = dict.fromkeys(self._pixels, 0.0)

    @property
    def watch(self) -> JobWatcher:
        """To be called with the progress of a picture."""

        def watch(job: Job, done: int, total: int) -> None:
            name = job.source.name
            what = name if len(self._numbers) == 1 else f"{self._numbers[job.source]}/{len(self._numbers)} {name}"
            self._done[job.source] = self._pixels[job.source] * done / total
            self._show(what, sum(self._done.values()), self._total, "")

        return watch
