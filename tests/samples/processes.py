"""The command line in processes of its own, to be killed, or to run beside each other."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from superres.inference.journal import FOLDER, JOURNAL

COMMAND = (sys.executable, "-m", "superres", "upscale", "--fast", "--engine", "openvino", "--precision", "float32")
"""The tiny networks; an engine that is not chosen by measurements, so that any two runs agree to the byte."""


def started(*arguments: object) -> subprocess.Popen[str]:
    """A process that upscales, and that Ctrl-C reaches: a shell lets what it starts in the background ignore it."""

    def heed() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed,  # noqa: PLW1509 - it takes no lock
    )


def ended(*arguments: object, before: tuple[str, ...] = ()) -> tuple[int, str]:
    """Exit code and complaints of a process that upscales.

    Args:
        arguments: Of `superres upscale`.
        before: A command that runs it.
    """
    done = subprocess.run(
        [*before, *COMMAND, *map(str, arguments)], stderr=subprocess.PIPE, text=True, timeout=120, check=False
    )
    return done.returncode, done.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """All visible files below a folder."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".superres" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def journal(out: Path) -> list[dict[str, object]]:
    """What the journal of a folder of results tells so far."""
    path = out / FOLDER / JOURNAL
    told = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in told[: told.rfind("\n") + 1].splitlines()]  # the last may be on its way


def results(out: Path) -> list[str]:
    """Results that it tells of, as often as it does."""
    return [str(line["result"]) for line in journal(out) if "target" in line]
