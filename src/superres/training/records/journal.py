"""The journal of a run: one JSON line per entry, and the same curves for TensorBoard."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from torch.utils.tensorboard import SummaryWriter

from superres.models.writing import replace_file

JOURNAL = "journal.jsonl"
"""Its name in the run folder."""


class Journal:
    """Appends to `journal.jsonl` of a run folder; to be closed.

    Args:
        folder: The run folder.
        steps_before: Entries of later steps, left by a run that was killed, are dropped.
    """

    def __init__(self, folder: Path, steps_before: int) -> None:
        self.path = folder / JOURNAL
        kept = [
            line for line in _lines(self.path) if cast("dict[str, Any]", json.loads(line))["total_step"] <= steps_before
        ]
        replace_file(self.path, "".join(f"{line}\n" for line in kept).encode())
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=steps_before + 1)

    def write(self, *, total_step: int, stage: str, **values: float) -> None:
        """Add an entry; it is on the disk when this returns.

        Args:
            total_step: Counted over all stages.
            stage: Name of the stage.
            values: Numbers by their names.
        """
        entry = {"total_step": total_step, "stage": stage, **values}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
        for name, value in values.items():
            self._board.add_scalar(name, value, total_step)

    def close(self) -> None:
        """Finish the curves."""
        self._board.close()


def _lines(path: Path) -> list[str]:
    """Whole lines only: the last may have been cut off by a kill."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [line for line in text.splitlines(keepends=False) if line.endswith("}")]
