"""Checkpoints."""

from pathlib import Path

import pytest
import torch

from superres.errors import InvalidWeightsError
from superres.training.checkpoint import read_checkpoint, write_checkpoint

STATE = {"step": 7, "tensors": {"weight": torch.arange(100.0)}, "psnr": 31.5}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "c.pt", STATE)
    read = read_checkpoint(tmp_path / "c.pt")
    assert (read["step"], read["psnr"]) == (7, 31.5)
    assert torch.equal(read["tensors"]["weight"], STATE["tensors"]["weight"])  # type: ignore[index]


@pytest.mark.parametrize("place", [0, 40, 200, -1])
def test_one_flipped_byte_is_noticed(tmp_path: Path, place: int) -> None:
    path = tmp_path / "c.pt"
    write_checkpoint(path, STATE)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(InvalidWeightsError, match="is damaged"):
        read_checkpoint(path)


@pytest.mark.parametrize("length", [0, 10, 500])
def test_truncated_file_is_noticed(tmp_path: Path, length: int) -> None:
    path = tmp_path / "c.pt"
    write_checkpoint(path, STATE)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InvalidWeightsError, match="is damaged"):
        read_checkpoint(path)
