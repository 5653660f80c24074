"""Optimisers that see kernels as the matrices that they are."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from samples.recipes import HEAD, recipe, stage
from torch import Tensor, nn
from torch.optim import AdamW

from superres.models.weights import read_weights
from superres.training.loop import Progress
from superres.training.optimizers import optimizer, set_learning_rate
from superres.training.recipe import parse_recipe
from superres.training.run import train
from superres.training.stage import Stage

HEADING = HEAD.format(checkpoint_every=5, train="train", validation="validation")
STAGE = replace(parse_recipe(tomllib.loads(HEADING + stage()), "test.toml").stages[0], learning_rate=0.1)
MUON = replace(STAGE, optimizer="muon", momentum=0.9)
SOAP = replace(STAGE, optimizer="soap")


def moves(network: nn.Module, settings: Stage, *steps: list[Tensor]) -> list[Tensor]:
    """How far each parameter goes in steps with these gradients."""
    before = [parameter.detach().clone() for parameter in network.parameters()]
    made = optimizer(settings, network)
    for gradients in steps:
        for parameter, gradient in zip(network.parameters(), gradients, strict=True):
            parameter.grad = gradient.reshape(parameter.shape).clone()
        made.step()
    return [parameter.detach() - old for parameter, old in zip(network.parameters(), before, strict=True)]


def orthogonal_part(matrix: Tensor) -> Tensor:
    """The nearest matrix with orthogonal rows or columns: its singular values are 1."""
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    return left @ right


@pytest.mark.parametrize("shape", [(8, 3, 3, 3), (40, 4, 1, 1)])
def test_muon_moves_kernels_along_their_orthogonal_part(shape: tuple[int, ...]) -> None:
    """Singular values come near 1, as the authors say, between 0.7 and 1.2; the step's size is that of Adam's."""
    gradient = torch.randn(shape)
    (move,) = moves(nn.Conv2d(shape[1], shape[0], shape[2], bias=False), MUON, [gradient])
    rows, columns = shape[0], gradient[0].numel()
    found = -move.reshape(rows, columns) / (0.1 * 0.2 * max(rows, columns) ** 0.5)
    along = (found * orthogonal_part(gradient.reshape(rows, columns))).sum() / min(rows, columns)
    assert 0.7 < along < 1.2
    values = torch.linalg.svdvals(found)
    assert 0.6 < values.min() < values.max() < 1.25


def test_muon_leaves_biases_and_grouped_kernels_to_adam() -> None:
    layers = [nn.Sequential(nn.Conv2d(4, 4, 3, groups=2), nn.BatchNorm2d(4)) for _ in range(2)]
    layers[1].load_state_dict(layers[0].state_dict())
    steps = [[torch.randn_like(parameter) for parameter in layers[0].parameters()] for _ in range(3)]
    found = moves(layers[0], replace(MUON, weight_decay=0.1), *steps)
    before = [parameter.detach().clone() for parameter in layers[1].parameters()]
    adam = AdamW(layers[1].parameters(), lr=0.1, betas=STAGE.betas, weight_decay=0.1)
    for gradients in steps:
        for parameter, gradient in zip(layers[1].parameters(), gradients, strict=True):
            parameter.grad = gradient.clone()
        adam.step()
    for move, parameter, old in zip(found, layers[1].parameters(), before, strict=True):
        torch.testing.assert_close(move, parameter.detach() - old, atol=1e-5, rtol=1e-4)


def test_soap_first_looks_and_then_moves_along_the_orthogonal_part_of_a_gradient_that_stays() -> None:
    # In the eigenvectors of G·Gᵀ and Gᵀ·G the gradient is diagonal; Adam makes ±1 of each of its values.
    gradient = torch.randn(4, 4, dtype=torch.float64)
    layer = nn.Linear(4, 4, bias=False, dtype=torch.float64)
    (still,) = moves(layer, SOAP, [gradient])
    assert not still.any()
    (move,) = moves(layer, SOAP, [gradient], [gradient])
    torch.testing.assert_close(move, -0.1 * orthogonal_part(gradient), atol=1e-4, rtol=0)


@pytest.mark.parametrize("settings", [MUON, SOAP])
def test_layers_keep_their_factors(settings: Stage) -> None:
    network = nn.ModuleDict({"body": nn.Conv2d(2, 4, 3), "tail": nn.Conv2d(4, 4, 3)})
    made = optimizer(replace(settings, rate_factors={"tail": 0.1}), network)
    set_learning_rate(made, 1.0)
    rates = {id(parameter): group["lr"] for group in made.param_groups for parameter in group["params"]}
    assert [rates[id(parameter)] for parameter in network.parameters()] == [1.0, 1.0, 0.1, 0.1]


class Killed(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("name", ["muon", "soap"])
def test_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path, name: str) -> None:
    text = stage(steps=24).replace('"adam"', f'"{name}"')
    path = recipe(tmp_path, f"{text}momentum = 0.9\n" if name == "muon" else text)
    whole = train(path, output=tmp_path / "whole")

    def kill(progress: Progress) -> None:
        if progress.step >= 18:
            raise Killed

    with pytest.raises(Killed):
        train(path, output=tmp_path / "run", watch=kill)
    resumed = train(path, output=tmp_path / "run", resume=True)
    tensors = [read_weights(each.weights)[0] for each in (whole, resumed)]
    assert all(torch.equal(tensor, tensors[1][key]) for key, tensor in tensors[0].items())
