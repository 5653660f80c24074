"""What the commands share in talking to a person: complaints, progress, the one JSON document."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from superres.models.writing import json_text

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 1.0
"""Seconds before a progress bar appears."""


def complain(sentence: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(f"superres: {' '.join(sentence.split())}\n")


def report(line: str) -> None:
    """Write a line for a person; nothing where standard output is no terminal."""
    if sys.stdout.isatty():
        sys.stdout.write(f"{line}\n")


def figure(value: float, unit: str) -> str:
    """A metric's value as tables show it."""
    return f"{value:.2f} {unit}" if unit else f"{value:.4f}"


def print_json(document: Any) -> None:
    """Write one JSON document to standard output; infinities become the texts that Python's `float` reads."""
    text = json_text(document)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # another encoding, or the name of a file that is no text
        text = json_text(document, is_ascii=True)
    sys.stdout.write(text)


@contextmanager
def progress_bar() -> Generator[Callable[[str, float, float, str], None]]:
    """A progress bar on standard error, once a second has passed; none where that is no terminal.

    Yields:
        A function to call with what is worked on, what is done, the whole, and a remark.
    """
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total, _remark: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[remark]}"),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", remark="")
    started = time.monotonic()

    def update(what: str, done: float, total: float, remark: str) -> None:
        bar.update(task, description=what, completed=done, total=total, remark=remark)
        if not bar.live.is_started and time.monotonic() - started > PATIENCE:
            bar.start()

    try:
        yield update
    finally:
        bar.stop()
