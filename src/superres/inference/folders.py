"""Folders enlarged into folders: stopped and gone on with, by one process or by several."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Protocol

from superres.errors import SuperResError, UnwritableFileError
from superres.image.files import open_picture
from superres.image.video.names import check_installed, is_film
from superres.inference.batch import Job
from superres.inference.files import JobWatcher, Outcome, Planner, Sizes, Terms, upscale_files
from superres.inference.journal import Journal
from superres.inference.one_film import outcome_of_film
from superres.inference.request import Plan


class PicturesBy(Protocol):
    """What enlarges pictures; see `superres.inference.files.upscale_files`."""

    def __call__(self, jobs: Iterator[Job], *, watch: JobWatcher | None) -> Generator[Outcome]:
        """How each ended; closed, it leaves nothing half done."""
        ...


_ROOM = 2**20
"""Bytes: where less is free, no further result finds place."""
_THREADS = 8
"""That read headers at a time."""


class Folders:
    """Files whose results are kept account of, where they have a folder for it.

    Args:
        jobs: What becomes of what.
        settings: All that results depend on.
        overwrite: Whether all is done anew.

    Raises:
        UnwritableFileError: If nothing can be written where the results shall go.
    """

    def __init__(self, jobs: Sequence[Job], settings: str, *, overwrite: bool = False) -> None:
        roots = {job.root: None for job in jobs if job.root is not None}
        self._journals = {root: Journal(root, settings, overwrite=overwrite) for root in roots}
        results = frozenset[Path]().union(*(journal.results() for journal in self._journals.values()))
        wanted = [job for job in jobs if job.source not in results]
        self.jobs = tuple(job for job in wanted if not self._is_done(job))
        """What is left to be done."""
        self.done = len(wanted) - len(self.jobs)
        """Files whose results were there already."""
        self.elsewhere = 0
        """Files that other processes were about, or have done meanwhile."""

    def upscale(
        self,
        plan: Plan | Planner,
        terms: Terms | None = None,
        watch: JobWatcher | None = None,
        pictures_by: PicturesBy | None = None,
    ) -> Generator[Outcome]:
        """Enlarge what is left, pictures first.

        Args:
            plan: See `superres.inference.files.upscale_files`, as for the others.
            terms: What holds for all files.
            watch: Of the progress.
            pictures_by: What enlarges the pictures, such as a cluster; this process where not given.

        Returns:
            How each ended; to be closed where it is not taken to its end, so that nothing is left half done.

        Raises:
            UnwritableFileError: If the place of the results has vanished or is full, and no other file would fare
                better. What is done is done, and the same goes on where this has ended.
        """
        pictures = [job for job in self.jobs if not is_film(job.source)]
        films = [job for job in self.jobs if is_film(job.source)]
        all_terms = terms or Terms()
        by = pictures_by or partial(upscale_files, plan=plan, terms=all_terms)
        with ExitStack() as ends:
            for journal in self._journals.values():
                ends.callback(journal.close)
            enlarged = ends.enter_context(closing(by(self._taken(pictures), watch=watch)))
            for outcome in chain(
                enlarged, (outcome_of_film(job, plan, all_terms, watch) for job in self._taken(films))
            ):
                if (journal := self._journal(outcome.job)) is not None:
                    journal.end(outcome.job, is_done=isinstance(outcome.result, Sizes))
                yield outcome
                self._check_place(outcome)

    def _is_done(self, job: Job) -> bool:
        journal = self._journal(job)
        return journal is not None and journal.is_done(job)

    def _taken(self, jobs: Iterable[Job]) -> Iterator[Job]:
        for job in jobs:
            journal = self._journal(job)
            taken = job if journal is None else journal.take(job)
            if taken is None:
                self.elsewhere += 1
            else:
                yield taken

    def _journal(self, job: Job) -> Journal | None:
        return None if job.root is None else self._journals[job.root]

    def _check_place(self, outcome: Outcome) -> None:
        """Stop where it is full."""
        root = outcome.job.root
        if root is None or not isinstance(outcome.result, UnwritableFileError):
            return
        if shutil.disk_usage(root).free < _ROOM:
            raise UnwritableFileError(f"no room is left where {root} lies")


def pixels_of(jobs: Sequence[Job], max_pixels: int) -> dict[Job, int]:
    """Of each file, by its header, over all frames of a film; 0 where it cannot be read."""

    def pixels(job: Job) -> int:
        try:
            if is_film(job.source):
                return _pixels_of_film(job, max_pixels)
            layout = open_picture(job.source, max_pixels=max_pixels).layout
        except SuperResError:
            return 0
        return layout.height * layout.width

    with ThreadPoolExecutor(_THREADS) as pool:
        return dict(zip(jobs, pool.map(pixels, jobs), strict=True))


def _pixels_of_film(job: Job, max_pixels: int) -> int:
    check_installed(job.source)
    from superres.image.video.reading import FilmReader  # noqa: PLC0415 - PyAV is an optional package

    film = FilmReader(job.source, max_pixels=max_pixels).film
    return film.height * film.width * film.frames
