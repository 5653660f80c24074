"""An image file that is written in another thread while its rows are made."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from superres.image.files import write_strips
from superres.image.handover import AbandonedError, Handover
from superres.image.picture import Integers, Layout

_START = 1.0
"""Seconds in which a thread starts, or never."""


class PictureWriter:
    """Takes strips, and leaves a file when all have come; until then nothing bears its name.

    Args:
        path: See `superres.image.files.write_picture`, as for the others.
        layout: What the strips make up.
        quality: For lossy formats.
        overwrite: Whether an existing file may be replaced.
    """

    def __init__(self, path: Path, layout: Layout, *, quality: int | None = None, overwrite: bool = False) -> None:
        self._strips: Handover[Integers] = Handover(room=1)
        self._error: Exception | None = None
        self._is_started = False
        self._ended = Event()

        def run() -> None:
            try:
                write_strips(path, iter(self._strips), layout, quality=quality, overwrite=overwrite)
            except Exception as error:
                self._error = error
            finally:
                self._strips.leave()
                self._ended.set()

        self._thread = Thread(target=run, daemon=True)

    def write(self, strip: Integers) -> None:
        """Give the next rows, (h, W, C); waits where the file is slower than the rows are made.

        Raises:
            SuperResError: As `write_picture` raises; nothing is left of the file then.
        """
        self._start()
        try:
            self._strips.put(strip)
        except AbandonedError:
            self.finish()

    def close(self) -> None:
        """Say that all rows have come; the file is completed meanwhile."""
        self._start()
        self._strips.close()

    def finish(self) -> None:
        """Wait until the file is there.

        Raises:
            SuperResError: As `write_picture` raises; nothing is left of the file then.
        """
        self.close()
        self._ended.wait()
        if self._error is not None:
            raise self._error

    def abandon(self) -> None:
        """Leave nothing of the file."""
        self._strips.close(AbandonedError())
        # Ctrl-C may have come while the thread was started, before or after it was.
        if self._is_started and not self._ended.wait(_START) and self._thread.ident is not None:
            self._ended.wait()

    def _start(self) -> None:
        # Not before the first rows: Ctrl-C between a start and the owner's knowledge of it would leave half a file.
        if not self._is_started:
            self._is_started = True
            self._thread.start()
