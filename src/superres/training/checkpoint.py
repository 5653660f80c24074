"""Checkpoints: everything a run needs to go on as if it had never stopped.

A checkpoint is one line with its checksum, then what `torch.save` writes; it is replaced in one step.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import torch

from superres.errors import InvalidWeightsError
from superres.models.writing import replace_file

_HEADER = b"superres checkpoint "


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write tensors, numbers, texts and containers of them; an older checkpoint is replaced at once."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getvalue()
    replace_file(path, _HEADER + hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What `write_checkpoint` wrote.

    Raises:
        InvalidWeightsError: If the file is damaged. Nothing in it is run as code.
    """
    header, _, content = path.read_bytes().partition(b"\n")
    if header != _HEADER + hashlib.sha256(content).hexdigest().encode():
        raise InvalidWeightsError(
            f"{path} is damaged: its checksum does not fit its content; "
            "delete it, and the run starts again from its first stage"
        )
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
