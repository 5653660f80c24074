"""Branched convolutions, which compute their merged kernel while they learn."""

import pytest
import torch
from torch import Tensor

from superres.layers.edge_oriented import EdgeOrientedConvolution
from superres.layers.reparameterization import BranchedConvolution
from superres.models.efdn import EdgeConvolution
from superres.models.fmen import NormalizedConvolution, ResidualConvolution
from superres.models.span import ExpandedConvolution


def layers() -> list[BranchedConvolution]:
    torch.manual_seed(0)
    found: list[BranchedConvolution] = [
        EdgeOrientedConvolution(6, 6, has_identity=True),
        EdgeOrientedConvolution(6, 8, has_identity=False),
        EdgeConvolution(6),
        ResidualConvolution(6),
        ExpandedConvolution(6, 8),
    ]
    with torch.no_grad():  # the edge filters begin with hardly any gain
        for parameter in (each for layer in found for each in layer.parameters()):
            parameter.add_(0.1 * torch.randn_like(parameter))
    return found


def gradients(layer: BranchedConvolution, features: Tensor) -> list[Tensor]:
    asked = [*layer.parameters(), features]
    return list(torch.autograd.grad(layer(features).square().sum(), asked))


@pytest.mark.parametrize("layer", layers(), ids=lambda layer: type(layer).__name__)
def test_answer_and_gradients_are_those_of_the_branches(layer: BranchedConvolution) -> None:
    features = torch.randn(2, 6, 7, 8, requires_grad=True)
    torch.testing.assert_close(layer.train()(features), layer.eval()(features), atol=1e-4, rtol=1e-4)
    learning, defined = gradients(layer.train(), features), gradients(layer.eval(), features)
    for found, expected in zip(learning, defined, strict=True):
        torch.testing.assert_close(found, expected, atol=1e-3, rtol=1e-4)


def test_layers_that_look_at_the_batch_are_not_merged_while_they_learn() -> None:
    torch.manual_seed(0)
    layer = NormalizedConvolution(6, 6, is_last=True).train()
    answer = layer(10 + 5 * torch.randn(4, 6, 9, 9))
    torch.testing.assert_close(answer.mean(dim=(0, 2, 3)), torch.zeros(6), atol=1e-4, rtol=0)
