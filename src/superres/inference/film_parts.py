"""The segments of a film that is being enlarged, kept beside the result until it is there.

In the hidden folder `.superres` beside the result lies a folder for each film. It holds what its segments were made
with, and of each segment its frames and their times; the times are written last, so that a segment is there as a whole
or not at all. A process that works on a film holds a lock, which ends with the process however that ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from superres.errors import SuperResError, UnwritableFileError
from superres.image.decoding import reason
from superres.inference.batch import Job
from superres.inference.journal import FOLDER, identity
from superres.inference.locking import locked

if TYPE_CHECKING:
    from superres.image.video.joining import Segment

_DIGITS = 16
_ABOUT = "film.json"
_LOCK = "lock"


class Parts:
    """Of one film; while it is entered, no other process may work on it.

    Args:
        job: What becomes of what. Parts of a source that has changed meanwhile are removed.
        settings: All that parts depend on; those made with others are removed.

    Raises:
        UnwritableFileError: If nothing can be written there, or another process works on the film.
    """

    def __init__(self, job: Job, settings: str) -> None:
        self._target = job.target.resolve()
        name = hashlib.sha256(os.fsencode(self._target.name)).hexdigest()[:_DIGITS]
        self._folder = self._target.parent / FOLDER / f"{name}.film"
        self._about = {"settings": settings, "source": identity(job.source)}
        self._lock: BinaryIO | None = None

    def __enter__(self) -> Self:
        with self._explained():
            self._folder.parent.mkdir(exist_ok=True)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._lock = locked(self._folder / _LOCK)
            if self._lock is None:
                raise UnwritableFileError(
                    f"{self._target} is being made by another process; wait for it, or give another --output"
                )
            about = self._folder / _ABOUT
            if _read(about) != self._about:
                for old in self._folder.iterdir():
                    if old.name != _LOCK:
                        old.unlink()
                _write(about, self._about)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def find(self, number: int) -> Segment | None:
        """A segment, if it is there as a whole."""
        from superres.image.video.joining import Segment  # noqa: PLC0415 - PyAV is an optional package

        path, about = self._places(number)
        told = _read(about)
        try:
            if told is None or path.stat().st_size != told["bytes"]:
                return None
        except OSError:
            return None
        return Segment(path, tuple((time, length) for time, length in told["times"]))

    @contextmanager
    def made(self, number: int, times: Sequence[tuple[int, int]]) -> Generator[Path]:
        """Yield where the frames of a segment shall be written; it is there when this is left without an error.

        Args:
            number: Of the segment, from 0.
            times: Of its frames; looked at when they are written.

        Raises:
            UnwritableFileError: If the place does not take it.
        """
        path, about = self._places(number)
        with self._explained():
            about.unlink(missing_ok=True)
        try:
            yield path
        except UnwritableFileError as error:
            raise error if self._target.parent.exists() else self.unwritable(str(error)) from error
        with self._explained():
            _write(about, {"bytes": path.stat().st_size, "times": list(times)})

    def unwritable(self, why: str) -> UnwritableFileError:
        """The error where parts cannot be kept."""
        if not self._target.parent.exists():  # as with the disk that it was on; nothing is made anew there
            return UnwritableFileError(f"the folder {self._target.parent} is no longer there; results cannot go to it")
        return UnwritableFileError(f"{self._folder} cannot be written to: {why}")

    def remove(self) -> None:
        """All of it, when the film is there."""
        shutil.rmtree(self._folder, ignore_errors=True)
        with suppress(OSError):  # others are in it
            self._folder.parent.rmdir()

    def _places(self, number: int) -> tuple[Path, Path]:
        return self._folder / f"{number:06}.mkv", self._folder / f"{number:06}.json"

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except SuperResError:
            raise
        except OSError as error:
            raise self.unwritable(reason(error)) from error


def _read(path: Path) -> Any:
    """What a file tells; None where it is missing, or a power cut has spoilt it."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _write(path: Path, told: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(path)
