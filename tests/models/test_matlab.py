"""MATLAB files as tensors."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.io import savemat

from superres.errors import InvalidWeightsError
from superres.models.matlab import read_matlab


def cells(*values: Any) -> NDArray[Any]:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def written(path: Path, **variables: Any) -> Path:
    savemat(path, variables)
    return path


def test_cells_of_a_structure_are_counted_from_zero(tmp_path: Path) -> None:
    first, second = np.arange(6.0).reshape(2, 3), np.ones((3, 3, 2, 4), np.float32)
    tensors = read_matlab(written(tmp_path / "a.mat", model={"weight": cells(first, second), "bias": cells(1.5, 2.5)}))
    assert list(tensors) == ["model.weight.0", "model.weight.1", "model.bias.0", "model.bias.1"]
    assert torch.equal(tensors["model.weight.0"], torch.arange(6.0).reshape(2, 3))
    assert tensors["model.weight.1"].shape == (3, 3, 2, 4)
    assert tensors["model.bias.1"].item() == 2.5


def test_structures_with_a_name_are_called_by_it(tmp_path: Path) -> None:
    params = np.array([("first", 1.0), ("second", 2.0)], dtype=[("name", object), ("value", object)])
    tensors = read_matlab(written(tmp_path / "a.mat", net={"params": params}))
    assert {name: tensor.item() for name, tensor in tensors.items()} == {
        "net.params.first.value": 1,
        "net.params.second.value": 2,
    }


def test_what_is_no_number_is_left_out(tmp_path: Path) -> None:
    assert list(read_matlab(written(tmp_path / "a.mat", text="words", none=np.zeros((0, 3)), number=3))) == ["number"]


@pytest.mark.parametrize("content", [b"", b"text", bytes(200), b"MATLAB 5.0 MAT-file" + bytes(200)])
def test_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.mat").write_bytes(content)
    with pytest.raises(InvalidWeightsError, match=r"odd\.mat is no readable MATLAB file"):
        read_matlab(tmp_path / "odd.mat")
