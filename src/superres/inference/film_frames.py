"""The frames of a film, enlarged one after another, and several small ones at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from superres.image.picture import Integers, Layout
from superres.image.video.conversion import form_of
from superres.image.video.film import Film, Frame
from superres.inference.files import Planner
from superres.inference.guard import Guard
from superres.inference.passes import checked_size, through
from superres.inference.request import Plan


def plan_of(film: Film, plan: Plan | Planner) -> Plan:
    """How the frames of a film are enlarged: to even sides, since pixels share their chroma in pairs.

    Args:
        film: Whose frames they are.
        plan: How, or what says so when the height and width of what is seen are known.
    """
    found = plan if isinstance(plan, Plan) else plan(*film.seen)
    sizing = found.sizing.turned() if found.sizing is not None and film.is_turned else found.sizing
    return replace(found, sizing=sizing, multiple=2)


class FrameUpscaler:
    """Enlarges the frames of one film.

    Args:
        film: Whose frames they are.
        plan: How they are enlarged.
        is_cleaned: See `superres.inference.guard.Guard`.

    Raises:
        ImageTooLargeError: If results would have more pixels than the limit.
    """

    def __init__(self, film: Film, plan: Plan, *, is_cleaned: bool) -> None:
        form = form_of(film.form)
        kind = np.dtype(np.uint16 if form.bits > 8 else np.uint8)
        self._layout = Layout(height=film.height, width=film.width, channels=form.channels, dtype=kind)
        self._plan = plan
        self._is_cleaned = is_cleaned
        self.height, self.width = checked_size(self._layout, plan)
        """Of a result [pixels]."""
        self.remarks: dict[str, None] = {}
        """What is to be said of frames that were looked at, each once."""

    def enlarged(self, frames: Iterator[Frame], pool: ThreadPoolExecutor) -> Iterator[tuple[Frame, Integers]]:
        """Frames with their results, in order.

        Args:
            frames: As they follow each other; the first is looked at for remarks.
            pool: As many threads as may be in the networks at a time.
        """
        waiting: deque[tuple[Frame, Future[Integers]]] = deque()
        for frame in frames:
            if waiting and np.array_equal(waiting[-1][0].pixels, frame.pixels):
                waiting.append((frame, waiting[-1][1]))
            else:
                waiting.append((frame, pool.submit(self._one, frame.pixels, is_looked_at=not waiting)))
            # The last one stays, for the next to be compared with.
            while len(waiting) > self._plan.together:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())

    def _one(self, pixels: Integers, *, is_looked_at: bool) -> Integers:
        layout = self._layout
        made = replace(layout, height=self.height, width=self.width)
        guard = Guard(layout, made, is_cleaned=self._is_cleaned) if is_looked_at else None
        strips = iter([pixels])
        made_strips: list[Integers] = []
        for strip in through(strips if guard is None else guard.before(strips), layout, self._plan):
            made_strips.append(strip)
            if guard is not None:
                guard.after(strip)
        if guard is not None:
            self.remarks.update(dict.fromkeys(guard.remarks()))
        return made_strips[0] if len(made_strips) == 1 else np.concatenate(made_strips)


def _result(pair: tuple[Frame, Future[Integers]]) -> tuple[Frame, Integers]:
    frame, future = pair
    return frame, future.result()
