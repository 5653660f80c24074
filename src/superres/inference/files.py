"""Image files enlarged into others, one or many.

Nothing waits for anything it does not need: while the network works on one file, the next is read and the one before is
written. Of each file a few strips are in memory at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction

from superres.errors import SuperResError
from superres.image.decoding import Reader
from superres.image.files import MAX_PIXELS, check_input, check_output, check_quality, open_picture
from superres.image.handover import AbandonedError, ahead
from superres.image.masks import with_mask_told
from superres.image.picture import Metadata
from superres.image.provenance import noted, stripped
from superres.image.writer import PictureWriter
from superres.inference.batch import Job
from superres.inference.guard import Guard
from superres.inference.passes import checked_size, through
from superres.inference.provenance import note_of
from superres.inference.request import Plan

Planner = Callable[[int, int], Plan]
"""Says how an image of a height and a width [pixels] is enlarged."""

JobWatcher = Callable[[Job, int, int], None]
"""Called with a file, the pixels of it done so far, and all of its pixels."""

_READ_AHEAD = 2
"""Strips of a file."""
_WRITTEN_BEHIND = 2
"""Files that are still being written while others are enlarged."""
_THREADS = 10
"""At most: files beyond those that are in a network at a time are made ready, or put together."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What became of a file [pixels]."""

    height: int
    width: int
    new_height: int
    new_width: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What holds for all files."""

    quality: int | None = None
    """See `superres.image.files.write_picture`."""
    overwrite: bool = False
    """Whether existing targets may be replaced."""
    max_pixels: int = MAX_PIXELS
    """Inputs that claim more are refused."""
    is_stripped: bool = False
    """Whether EXIF, XMP and IPTC are left out; the colour profile stays."""
    is_cleaned: bool = False
    """Whether the networks clean what cameras and compression have done; nothing is remarked of that then."""
    codec: str | None = None
    """Of films, or an encoder as FFmpeg names it; the source's, where it can be made, if not given."""
    preview: Fraction | None = None
    """Of films, only the frame that is shown then becomes a picture [s]."""
    is_noted: bool = True
    """Whether results say in their XMP what made them; not where they are stripped."""

    def __post_init__(self) -> None:
        check_quality(self.quality)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How it ended."""

    job: Job
    result: Sizes | SuperResError | MemoryError
    """What became of it, or why there is nothing."""
    remarks: tuple[str, ...] = ()
    """What is to be said of the picture, after its name; see `superres.inference.guard`."""


def upscale_files(
    jobs: Iterable[Job], plan: Plan | Planner, terms: Terms | None = None, watch: JobWatcher | None = None
) -> Generator[Outcome]:
    """Enlarge files into others; each is written only if all went well with it, and does not stop the rest.

    Args:
        jobs: What becomes of what; asked for as they are begun, one in advance.
        plan: How, or what says so when a picture's height and width are known.
        terms: See `Terms`.
        watch: See `JobWatcher`.

    Returns:
        How each ended, in order, as soon as it has; to be closed where it is not taken to its end.
    """
    files: deque[_File] = deque()
    remaining = (_File(job, plan, terms or Terms()) for job in jobs)
    following = next(remaining, None)
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            while (file := following) is not None:
                files.append(file)
                following = next(remaining, None)  # is read from now on
                if file.together > 1:
                    file.run_in(pool, watch)
                else:
                    for other in files:
                        other.wait()
                    file.run(watch)
                while len(files) > file.together + _WRITTEN_BEHIND:
                    yield _finished(files)
            while files:
                yield _finished(files)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for file in (*files, *([following] if following else [])):
                file.abandon()


def _finished(files: deque[_File]) -> Outcome:
    """How the first one ended, which is among them until then: Ctrl-C may come meanwhile."""
    outcome = files[0].finish()
    files.popleft()
    return outcome


class _File:
    """A file on its way; what goes wrong with it is kept until the end."""

    def __init__(self, job: Job, plan: Plan | Planner, terms: Terms) -> None:
        self._job = job
        self._replaces = terms.overwrite or job.replaces
        self._writer: PictureWriter | None = None
        self._error: SuperResError | MemoryError | None = None
        self._reading = ExitStack()
        self._running: Future[None] | None = None
        self._is_abandoned = False
        self.together = 1
        """Files like this that may run at a time."""
        try:
            self._begin(plan, terms)
        except (SuperResError, MemoryError) as error:
            self._error = error

    def _begin(self, plan: Plan | Planner, terms: Terms) -> None:
        job = self._job
        check_input(job.source)
        check_output(job.target, overwrite=self._replaces)
        reader = self._open(terms)
        self._terms, self._layout = terms, with_mask_told(reader.layout, lambda: self._open(terms).strips())
        height, width = self._layout.height, self._layout.width
        self._plan = plan if isinstance(plan, Plan) else plan(height, width)
        self._layout = replace(self._layout, metadata=metadata_of(self._layout.metadata, self._plan, terms))
        new_height, new_width = checked_size(self._layout, self._plan)
        self._sizes = Sizes(height, width, new_height, new_width)
        made = replace(self._layout, height=new_height, width=new_width)
        check_output(job.target, overwrite=self._replaces, layout=made)
        self._made = made
        self._guard = Guard(self._layout, made, is_cleaned=terms.is_cleaned)
        self._strips = self._reading.enter_context(ahead(reader.strips(), _READ_AHEAD))
        self.together = self._plan.together

    def _open(self, terms: Terms) -> Reader:
        return open_picture(self._job.source, max_pixels=terms.max_pixels, all_pages=True)

    def run_in(self, pool: ThreadPoolExecutor, watch: JobWatcher | None) -> None:
        """Through the networks, in another thread."""
        self._running = pool.submit(self.run, watch)

    def wait(self) -> None:
        """Until it is through the networks."""
        if self._running is not None:
            self._running.result()

    def run(self, watch: JobWatcher | None) -> None:
        """Through the networks."""
        if self._error is not None:
            return
        terms, job = self._terms, self._job
        try:
            self._writer = PictureWriter(job.target, self._made, quality=terms.quality, overwrite=self._replaces)
            for strip in through(
                self._guard.before(self._strips),
                self._layout,
                self._plan,
                None if watch is None else lambda done, total: watch(job, done, total),
            ):
                self._guard.after(strip)
                self._writer.write(strip)
            self._writer.close()
        except AbandonedError:
            self._is_abandoned = True
        except (SuperResError, MemoryError) as error:
            self._is_abandoned, self._error = True, error
        else:
            self._reading.close()
        if self._is_abandoned:  # by another thread, perhaps before there was a writer, or by what went wrong
            self.abandon()

    def finish(self) -> Outcome:
        """Wait for the file to be written."""
        self.wait()
        if self._error is None and self._writer is not None:
            try:
                self._writer.finish()
            except (SuperResError, MemoryError) as error:
                self._error = error
        if self._error is not None:
            return Outcome(job=self._job, result=self._error)
        return Outcome(job=self._job, result=self._sizes, remarks=self._guard.remarks())

    def abandon(self) -> None:
        """Leave nothing of it; another thread may be about it."""
        self._is_abandoned = True
        self._reading.close()
        if self._writer is not None:
            self._writer.abandon()


def metadata_of(metadata: Metadata, plan: Plan, terms: Terms) -> Metadata:
    """Of a result.

    Args:
        metadata: Of the source.
        plan: How it was enlarged.
        terms: Whether anything is left out or added.
    """
    if terms.is_stripped:
        return stripped(metadata)
    return noted(metadata, note_of(plan)) if terms.is_noted else metadata
