"""Small checkpoints as authors hand them out."""

import pickle
from pathlib import Path
from typing import Any

import torch

from superres.models.vdsr import VDSR, VDSRConfig


def of_several_scales(path: Path) -> Path:
    """A tiny VDSR under the names of the authors' file, which does not tell its scale."""
    torch.manual_seed(3)
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in VDSR(VDSRConfig(width=4, depth=3)).state_dict().items():
        _, index, kind = name.split(".")
        tensors[f"model.{kind}.{index}"] = tensor.permute(2, 3, 1, 0).contiguous() if kind == "weight" else tensor
    torch.save(tensors, path)
    return path


class _Payload:
    """What an attacker would put into a checkpoint."""

    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return Path.touch, (self.touched,)


def with_code_in_it(path: Path, touched: Path) -> Path:
    """A pickle that makes the file `touched` where it is unpickled without care."""
    # Protocol 2 is what torch.save writes.
    path.write_bytes(pickle.dumps({"conv_1.weight": _Payload(touched)}, protocol=2))
    return path
