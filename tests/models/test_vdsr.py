"""VDSR: residual over interpolation, the authors' weights. What every network promises: `test_every_architecture`."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from superres.errors import InvalidConfigError
from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.image.resize import resize
from superres.models.vdsr import VDSR, VDSRConfig, from_authors
from superres.models.weights import load_network, write_weights


def small(**changes: Any) -> VDSR:
    torch.manual_seed(0)
    return VDSR(VDSRConfig(**{"width": 6, "depth": 4, **changes})).eval()


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_network_that_adds_nothing_gives_bicubic_interpolation(scale: int) -> None:
    network = small(scale=scale)
    for parameter in network.convolutions[-1].parameters():
        torch.nn.init.zeros_(parameter)
    low = torch.rand(2, 1, 9, 8)
    torch.testing.assert_close(network(low), resize(low, scale=scale), atol=1e-5, rtol=0)


def test_weights_serve_every_scale() -> None:
    small(scale=4).load_state_dict(small(scale=2).state_dict())


def as_in_matlab(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our tensors under the authors' names, with their axes; MATLAB drops a last axis of 1."""
    found: dict[str, Tensor] = {}
    for name, tensor in state.items():
        _, index, kind = name.split(".")
        kernel = tensor.permute(2, 3, 1, 0) if kind == "weight" else tensor[:, None]
        found[f"model.{kind}.{index}"] = kernel[..., 0] if kernel.shape[-1] == 1 and kind == "weight" else kernel
    return found


def test_authors_names_and_axes_give_back_the_network() -> None:
    network = small()
    state = network.state_dict()
    config, tensors = from_authors(as_in_matlab(state), network.config.scale)
    assert config == network.config
    assert all(torch.equal(tensors[name], tensor) for name, tensor in state.items())


@pytest.mark.parametrize("change", [{"model.bias.1": None}, {"model.other": torch.zeros(1)}])
def test_file_with_other_tensors_is_refused(change: dict[str, Tensor | None]) -> None:
    changed = {**as_in_matlab(small().state_dict()), **change}
    with pytest.raises(KeyError):
        from_authors({name: tensor for name, tensor in changed.items() if tensor is not None}, 2)


def test_kernels_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[5, 5\]"):
        from_authors({**as_in_matlab(small().state_dict()), "model.weight.2": torch.zeros(5, 5)}, 2)


@pytest.mark.parametrize("settings", [{"depth": 1}, {"width": 0}])
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(InvalidConfigError, match="two convolutions"):
        VDSRConfig(**settings)


# arXiv:1511.04587, table 3, Set5; ×2 37.53 and ×4 31.35 take as long again and were measured as 37.55 and 31.35.
@pytest.mark.data
def test_authors_weights_reach_the_published_figure_on_set5(superres_data: Path, tmp_path: Path) -> None:
    shutil.copy(superres_data / "weights" / "vdsr" / "VDSR_Official.mat", tmp_path / "vdsr_x3.mat")
    network, card = load_network(tmp_path / "vdsr_x3.mat")
    write_weights(tmp_path / "vdsr_x3.safetensors", network.state_dict(), card)
    judged = subjects([str(tmp_path / "vdsr_x3.safetensors")], [3], "float32")
    table = evaluate({"Set5": superres_data / "testsets" / "Set5"}, judged, metrics=["psnr"])
    assert table.rows[0].mean("psnr") == pytest.approx(33.66, abs=0.01)
