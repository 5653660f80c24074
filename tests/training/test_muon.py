"""Momentum whose steps are made orthogonal."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from superres.training.muon import Muon, orthogonal

RATES: dict[str, Any] = {"lr": 0.02, "momentum": 0.9, "betas": (0.9, 0.99)}
GRADIENTS = torch.Generator().manual_seed(3)


def trained(layer: nn.Module, optimiser: torch.optim.Optimizer, gradients: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """The parameters after steps with these gradients."""
    for step in gradients:
        for parameter, gradient in zip(layer.parameters(), step, strict=True):
            parameter.grad = gradient.reshape(parameter.shape).clone()
        optimiser.step()
    return [parameter.detach().clone() for parameter in layer.parameters()]


def drawn(steps: int, *shapes: tuple[int, ...]) -> list[list[Tensor]]:
    return [[torch.randn(shape, generator=GRADIENTS) for shape in shapes] for _ in range(steps)]


@pytest.mark.parametrize("shape", [(6, 40), (40, 6), (12, 12)])
def test_singular_values_come_near_one_and_singular_vectors_stay(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=GRADIENTS, dtype=torch.float64)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    inner = left.mT @ orthogonal(matrix[None])[0] @ right.mT
    values = inner.diagonal()
    assert torch.allclose(inner, torch.diag(values), atol=1e-6)
    assert 0.6 < values.min() < values.max() < 1.25


@pytest.mark.parametrize("shape", [(8, 20), (20, 8)])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_matrices_move_as_with_pytorchs_own(shape: tuple[int, int], decay: float) -> None:
    """PyTorch iterates in bfloat16, so that moves agree within a few hundredths of themselves."""
    start, gradients = torch.randn(shape, generator=GRADIENTS), drawn(3, shape)
    results: list[Tensor] = []
    for is_ours in (True, False):
        layer = nn.ParameterList([nn.Parameter(start.clone())])
        theirs: dict[str, Any] = {"lr": 0.02, "momentum": 0.9, "weight_decay": decay, "adjust_lr_fn": "match_rms_adamw"}
        made = (
            Muon(layer.parameters(), **RATES, weight_decay=decay)
            if is_ours
            else torch.optim.Muon(layer.parameters(), **theirs)
        )
        results.append(trained(layer, made, gradients)[0] - start)
    assert (results[0] - results[1]).norm() < 0.05 * results[1].norm()


def test_kernels_move_as_the_matrices_that_they_are() -> None:
    convolution, matrix = nn.Conv2d(3, 8, 3, bias=False), nn.Linear(27, 8, bias=False)
    matrix.weight.data = convolution.weight.data.reshape(8, 27).clone()
    gradients = drawn(3, (8, 27))
    moved, expected = (trained(each, Muon(each.parameters(), **RATES), gradients)[0] for each in (convolution, matrix))
    assert torch.equal(moved.reshape(8, 27), expected)


def test_kernels_of_one_shape_do_not_mix() -> None:
    gradients = drawn(2, (8, 27), (8, 27))
    weights = [torch.randn(8, 27, generator=GRADIENTS) for _ in range(2)]
    both = nn.ParameterList([nn.Parameter(weight.clone()) for weight in weights])
    together = trained(both, Muon(both.parameters(), **RATES), gradients)
    for place in range(2):
        one = nn.ParameterList([nn.Parameter(weights[place].clone())])
        alone = trained(one, Muon(one.parameters(), **RATES), [[step[place]] for step in gradients])[0]
        torch.testing.assert_close(together[place], alone)


def test_biases_and_what_is_no_matrix_move_as_with_adam() -> None:
    def layers() -> nn.ModuleList:
        torch.manual_seed(1)
        return nn.ModuleList(
            [nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3, groups=4, bias=False), nn.Conv2d(5, 1, 1, bias=False)]
        )

    ours, theirs = layers(), layers()
    gradients = drawn(4, *[tuple(parameter.shape) for parameter in ours.parameters()])
    made = Muon(ours.parameters(), **RATES, weight_decay=0.1, without=list(ours[1].parameters()))
    expected = torch.optim.AdamW(theirs.parameters(), lr=0.02, betas=(0.9, 0.99), weight_decay=0.1)
    for one, other in zip(trained(ours, made, gradients), trained(theirs, expected, gradients), strict=True):
        torch.testing.assert_close(one, other)


def test_parameter_without_a_gradient_stays() -> None:
    layer = nn.Linear(3, 3)
    before = [parameter.detach().clone() for parameter in layer.parameters()]
    Muon(layer.parameters(), **RATES, weight_decay=0.1).step()
    assert all(torch.equal(*pair) for pair in zip(before, layer.parameters(), strict=True))


def test_resumed_from_its_state_it_goes_on_as_if_nothing_had_happened() -> None:
    gradients, start = drawn(4, (4, 6), (4,)), nn.Linear(6, 4).state_dict()

    def fresh() -> tuple[nn.Linear, Muon]:
        layer = nn.Linear(6, 4)
        layer.load_state_dict(start)
        return layer, Muon(layer.parameters(), **RATES)

    expected = trained(*fresh(), gradients)
    first, optimiser = fresh()
    trained(first, optimiser, gradients[:2])
    second, other = fresh()
    second.load_state_dict(first.state_dict())
    other.load_state_dict(optimiser.state_dict())
    resumed = trained(second, other, gradients[2:])
    assert all(torch.equal(*pair) for pair in zip(resumed, expected, strict=True))
