"""Small checkpoints as authors hand them out."""

import pickle
from collections.abc import Mapping
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


def under_foreign_names(
    tensors: Mapping[str, torch.Tensor], names: Mapping[str, str], block: str
) -> dict[str, torch.Tensor]:
    """A network's tensors as the authors' file has them.

    Args:
        tensors: Under our names.
        names: Our name of a layer, or `block.` and our name of a layer inside a block, and the authors'.
        block: What stands in the authors' file before the number of a block, which counts from 1.
    """

    def foreign(name: str) -> str:
        layer, kind = name.rsplit(".", 1)
        if not layer.startswith("blocks."):
            return f"{names[layer]}.{kind}"
        _, index, part = layer.split(".", 2)
        return f"{block}{int(index) + 1}.{names[f'block.{part}']}.{kind}"

    return {foreign(name): tensor for name, tensor in tensors.items()}


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
