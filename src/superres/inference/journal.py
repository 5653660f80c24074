"""What has become of many files, kept beside the results: what was stopped goes on, and nothing is done twice.

In the folder of results lies `.superres/journal.jsonl`, to which a line is added before a file is begun and another
when its result is there. As long as a process works on a file it holds a lock, which ends with the process however that
ends: whoever comes next sees what was begun, and that nobody is about it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from superres.errors import SuperResError, UnwritableFileError
from superres.image.decoding import reason
from superres.image.placing import remove_unfinished
from superres.inference.batch import Job
from superres.inference.locking import locked

FOLDER = ".superres"
JOURNAL = "journal.jsonl"

Identity = list[int]
"""Of a file: its bytes, and the time of its last change [ns]."""


class Journal:
    """Of a folder of results.

    Args:
        root: That folder; it must exist.
        settings: All that results depend on.
        overwrite: Whether all is done anew.

    Raises:
        UnwritableFileError: If nothing can be written there.
    """

    def __init__(self, root: Path, settings: str, *, overwrite: bool = False) -> None:
        self._root = root
        self._settings = _digest(settings)
        self._overwrite = overwrite
        self._folder = root / FOLDER
        self._last: dict[str, dict[str, Any]] = {}
        self._read_up_to = 0
        self._taken: dict[Job, tuple[BinaryIO, Identity | None]] = {}
        """Locks, and files as they were when they were begun: one that changes meanwhile is done anew."""
        with self._explained():
            self._folder.mkdir(exist_ok=True)
            self._mend()
            self._refresh()

    def results(self) -> frozenset[Path]:
        """What it tells of: these are no inputs."""
        return frozenset(self._root / name for name in self._last)

    def is_done(self, job: Job) -> bool:
        """Whether the result is there, made from the file as it is now, with the same settings."""
        entry = self._last.get(self._name(job), {})
        return not self._overwrite and self._is_ours(job, entry) and entry["source"] == identity(job.source)

    def take(self, job: Job) -> Job | None:
        """Begin with a file, unless another process is about it, or has done it meanwhile.

        Returns:
            What is to be done, to be given to `end`. A target that an earlier run has left half-way, or made from an
            older state of the file, may be replaced; any other not.

        Raises:
            UnwritableFileError: If nothing can be written there.
        """
        with self._explained():
            lock = locked(self._folder / f"{_digest(self._name(job))}.lock")
            if lock is None:
                return None
            self._refresh()
            if self.is_done(job):
                _let_go(lock)
                return None
            job = self._begun(job)
            self._taken[job] = lock, identity(job.source)
            return job

    def end(self, job: Job, *, is_done: bool) -> None:
        """Say how it ended with a file that was taken.

        Raises:
            UnwritableFileError: If nothing can be written there.
        """
        lock, source = self._taken.pop(job)
        with self._explained(), lock:
            if is_done:
                self._add(job, settings=self._settings, source=source, target=identity(job.target))
            elif self._last.get(self._name(job), {}).get("begun"):
                self._add(job, failed=True)
            _let_go(lock)

    def close(self) -> None:
        """Let go of what was taken and has not ended."""
        for lock, _ in self._taken.values():
            lock.close()
        self._taken.clear()

    def _begun(self, job: Job) -> Job:
        entry = self._last.get(self._name(job), {})
        if entry.get("begun"):
            remove_unfinished(job.target)
        if entry.get("begun") or self._is_ours(job, entry):
            job = replace(job, replaces=True)
        self._make_folder(job.target.parent)
        if job.replaces or self._overwrite or not job.target.exists():
            self._add(job, begun=True)
        return job

    def _make_folder(self, folder: Path) -> None:
        """Below the results' own, which is not made anew where it has vanished."""
        if folder != self._root and not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir(exist_ok=True)

    def _is_ours(self, job: Job, entry: dict[str, Any]) -> bool:
        """Whether the target is what a run with these settings has left."""
        return entry.get("settings") == self._settings and entry["target"] == identity(job.target)

    def _name(self, job: Job) -> str:
        return job.target.relative_to(self._root).as_posix()

    def _add(self, job: Job, **told: Any) -> None:
        entry = {"result": self._name(job), **told}
        line = json.dumps(entry) + "\n"
        with (self._folder / JOURNAL).open("ab", buffering=0) as file:
            file.write(line.encode())
        self._last[entry["result"]] = entry

    def _mend(self) -> None:
        """End a line that a power cut has left open, so that the next one is a line."""
        path = self._folder / JOURNAL
        if path.exists() and path.stat().st_size:
            with path.open("r+b", buffering=0) as file:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")

    def _refresh(self) -> None:
        """Read what was added, by other processes too."""
        try:
            with (self._folder / JOURNAL).open("rb") as file:
                file.seek(self._read_up_to)
                added = file.read()
        except FileNotFoundError:
            return
        whole = added.rfind(b"\n") + 1
        self._read_up_to += whole
        for line in added[:whole].splitlines():
            entry = _entry(line)
            if entry is not None:
                self._last[entry["result"]] = entry

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except SuperResError:
            raise
        except OSError as error:
            if not self._root.exists():  # as with the disk that it was on; nothing is made anew there
                raise UnwritableFileError(
                    f"the folder {self._root} is no longer there; results cannot go to it"
                ) from error
            raise UnwritableFileError(f"{self._folder} cannot be written to: {reason(error)}") from error


def _entry(line: bytes) -> dict[str, Any] | None:
    """What a line tells; None where a power cut has spoilt it."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    is_known = isinstance(entry, dict) and isinstance(cast("dict[str, Any]", entry).get("result"), str)
    return cast("dict[str, Any]", entry) if is_known else None


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]


def identity(path: Path) -> Identity | None:
    """Of a file as it is now; None where it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def _let_go(lock: BinaryIO) -> None:
    # First the file: a process that has it open already gets the lock, and sees that all is done.
    with suppress(PermissionError):  # on Windows, which keeps files that are open
        Path(lock.name).unlink(missing_ok=True)
    lock.close()
