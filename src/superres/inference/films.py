"""Films enlarged into films, in segments that outlive whatever stops the work.

While the network works on one frame, the next is decoded and the one before is encoded. A frame that equals the one
before it takes that one's result.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from superres.errors import SuperResError, UnwritableFileError
from superres.image.decoding import reason
from superres.image.files import check_input, check_place
from superres.image.handover import ahead
from superres.image.placing import placed
from superres.image.video.encoders import encoder_for, form_for
from superres.image.video.film import Frame
from superres.image.video.joining import Segment, Whole, check_streams, join
from superres.image.video.names import check_written
from superres.image.video.reading import FilmReader
from superres.image.video.segment import Making, SegmentWriter, check_making
from superres.inference.batch import Job
from superres.inference.files import JobWatcher, Outcome, Planner, Sizes, Terms
from superres.inference.film_frames import FrameUpscaler, plan_of
from superres.inference.film_parts import Parts
from superres.inference.machine import instructions
from superres.inference.provenance import note_of
from superres.inference.request import Plan

_PIXELS = 2 * 10**8
"""Of the result in a segment: what a kill may cost, and the seconds between two keyframes."""
_FEWEST, _MOST = 24, 240
"""Frames of a segment."""
_READ_AHEAD = 2
"""Frames."""


def upscale_film(job: Job, plan: Plan | Planner, terms: Terms, watch: JobWatcher | None = None) -> Outcome:
    """Enlarge a film into another; nothing bears its name until all is there.

    What was done before a kill is not done again: segments lie in the hidden folder `.superres` beside the result.

    Args:
        job: What becomes of what.
        plan: How, or what says so when a frame's height and width are known.
        terms: What holds for all files.
        watch: See `superres.inference.files.JobWatcher`.

    Returns:
        How it ended.
    """
    try:
        check_input(job.source, "a film")
        check_written(job.target)
        check_place(job.target, overwrite=terms.overwrite or job.replaces)
        return _Work(job, plan, terms, watch).done()
    except (SuperResError, MemoryError) as error:
        return Outcome(job=job, result=error)


class _Work:
    """On one film."""

    def __init__(self, job: Job, plan: Plan | Planner, terms: Terms, watch: JobWatcher | None) -> None:
        self._job, self._terms, self._watch = job, terms, watch
        self._reader = FilmReader(job.source, max_pixels=terms.max_pixels)
        check_streams(job.source, job.target.suffix.lower())
        film = self._reader.film
        self._plan = plan_of(film, plan)
        self._frames = FrameUpscaler(film, self._plan, is_cleaned=terms.is_cleaned)
        encoder = encoder_for(film, job.target, terms.codec)
        self._made = Making(
            height=self._frames.height,
            width=self._frames.width,
            encoder=encoder,
            form=form_for(film.form, encoder),
            film=film,
            quality=terms.quality,
            has_avx512="AVX-512" in instructions(),
        )
        check_making(self._made)
        self._length = max(_FEWEST, min(_MOST, _PIXELS // (self._made.height * self._made.width)))

    def done(self) -> Outcome:
        """Do what is left to be done, and say how it ended."""
        job, film = self._job, self._reader.film
        with Parts(job, self._settings()) as parts:
            left_out = self._joined(list(self._segments(parts)))
            parts.remove()
        sizes = Sizes(film.height, film.width, self._frames.height, self._frames.width)
        return Outcome(job=job, result=sizes, remarks=(*self._frames.remarks, *self._remarks(left_out)))

    def _settings(self) -> str:
        """All that segments depend on."""
        made, plan = self._made, self._plan
        frames = (
            f"{made.film} {plan.size(made.film.height, made.film.width)} {plan.wraps} {plan.describe()} {note_of(plan)}"
        )
        return f"{frames} {made.encoder.library} {made.options} {made.form} {self._length}"

    def _joined(self, segments: list[Segment]) -> tuple[str, ...]:
        job, terms = self._job, self._terms
        note = None if terms.is_stripped else {"comment": self._note()} if terms.is_noted else {}
        try:
            with placed(job.target, overwrite=terms.overwrite or job.replaces) as unfinished:
                whole = Whole(source=job.source, form=job.target.suffix.lower(), made=self._made, note=note)
                return join(whole, segments, unfinished)
        except SuperResError:
            raise
        except OSError as error:
            raise UnwritableFileError(f"{job.target} could not be written: {reason(error)}") from error

    def _note(self) -> str:
        return "superres " + " ".join(f"{name}={value}" for name, value in note_of(self._plan).items())

    def _segments(self, parts: Parts) -> Iterator[Segment]:
        """All, made where they are not there yet."""
        done = 0
        with ahead(self._reader.frames(), _READ_AHEAD) as frames, ThreadPoolExecutor(self._plan.together) as pool:
            for number, group in groupby(enumerate(frames), key=lambda each: each[0] // self._length):
                shown = (frame for _, frame in group)
                found = parts.find(number)
                if found is None:
                    self._make(parts, number, shown, pool)
                    found = parts.find(number)
                else:
                    for _ in shown:
                        pass
                if found is None:
                    raise parts.unwritable("what was written there has vanished")
                done += len(found.times)
                self._tell(done)
                yield found

    def _make(self, parts: Parts, number: int, frames: Iterator[Frame], pool: ThreadPoolExecutor) -> None:
        times: list[tuple[int, int]] = []
        with (
            parts.made(number, times) as path,
            SegmentWriter(path, self._made) as writer,
            ahead(self._frames.enlarged(frames, pool), 1) as results,
        ):
            for frame, pixels in results:
                writer.write(pixels)
                times.append((frame.time, frame.length))
                self._tell(number * self._length + len(times))

    def _tell(self, done: int) -> None:
        if self._watch is not None:
            self._watch(self._job, done, max(done, self._reader.film.frames))

    def _remarks(self, left_out: tuple[str, ...]) -> Iterator[str]:
        if self._reader.film.is_interlaced:
            yield "is interlaced: of the two moments in each frame one was enlarged, filled up by the other"
        if self._reader.broken:
            yield f"is damaged in {self._reader.broken} places, where frames are missing or torn"
        if left_out:
            yield f"has what was not taken along: {', '.join(left_out)}"
