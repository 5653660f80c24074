"""The command `superres`, and `python -m superres`: interrupted while it loads, it ends as it does later."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""Exit code of what Ctrl-C ends."""


def start() -> None:
    """Be the process; see `superres.apps.cli.main`."""
    try:
        from superres.apps.cli.main import start as begin  # noqa: PLC0415 - loading takes long enough to be interrupted

        begin()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    start()
