"""Validation during training."""

from pathlib import Path

import pytest
import torch
from samples.recipes import images
from torch import Tensor, nn

from superres.training.validation import Validation


class Nearest(nn.Module):
    """Repeats pixels."""

    def forward(self, low: Tensor) -> Tensor:
        return low.repeat_interleave(2, -1).repeat_interleave(2, -2)


def test_value_is_the_mean_over_the_images(tmp_path: Path) -> None:
    folder = images(tmp_path / "images", 2)
    both = Validation(folder, tmp_path / "cache", scale=2, protocol_name="classical")
    cpu, exact = torch.device("cpu"), torch.float32
    first, second = (
        Validation(single(folder, tmp_path, index), tmp_path / "cache", scale=2, protocol_name="classical")
        for index in (0, 1)
    )
    values = [each(Nearest(), device=cpu, precision=exact) for each in (first, second)]
    assert both(Nearest(), device=cpu, precision=exact) == pytest.approx(sum(values) / 2, abs=1e-4)


def single(folder: Path, scratch: Path, index: int) -> Path:
    target = scratch / f"only{index}"
    target.mkdir()
    (target / f"{index}.png").write_bytes((folder / f"{index}.png").read_bytes())
    return target
