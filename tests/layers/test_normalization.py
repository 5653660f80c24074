"""Normalisation."""

import pytest
import torch
from torch import nn

from superres.layers.normalization import (
    AdaptiveDeviation,
    Normalization,
    normalization,
    weight_normalized,
    with_plain_weights,
)


def features() -> torch.Tensor:
    return 3 + 2 * torch.randn(4, 6, 8, 9, generator=torch.Generator().manual_seed(6))


@pytest.mark.parametrize(("kind", "axes"), [("batch", (0, 2, 3)), ("instance", (2, 3)), ("layer", (1, 2, 3))])
def test_each_kind_normalises_over_its_own_axes(kind: Normalization, axes: tuple[int, ...]) -> None:
    normalised = normalization(kind, 6)(features())
    zeros = torch.zeros_like(normalised.mean(dim=axes))
    torch.testing.assert_close(normalised.mean(dim=axes), zeros, atol=1e-5, rtol=0)
    torch.testing.assert_close(normalised.var(dim=axes, correction=0), zeros + 1, atol=1e-3, rtol=0)


def test_none_leaves_features_as_they_are() -> None:
    assert torch.equal(normalization("none", 6)(features()), features())


@torch.no_grad()
def test_adaptive_deviation_begins_as_the_deviation_of_its_input() -> None:
    block_input, branch = features(), torch.ones(4, 6, 8, 9)
    deviation = torch.stack([image.std(correction=0) for image in block_input]).view(4, 1, 1, 1)
    torch.testing.assert_close(AdaptiveDeviation()(branch, block_input), branch * deviation)


@torch.no_grad()
def test_adaptive_deviation_gives_back_what_normalisation_took_away() -> None:
    layer, norm = AdaptiveDeviation(), normalization("layer", 6)
    for factor in (0.1, 10.0):
        block_input = factor * (features() - features().mean(dim=(1, 2, 3), keepdim=True))
        torch.testing.assert_close(layer(norm(block_input), block_input), block_input, atol=1e-4 * factor, rtol=1e-3)


def test_flat_input_has_a_finite_gradient() -> None:
    block_input = torch.ones(1, 6, 4, 4, requires_grad=True)
    AdaptiveDeviation()(torch.ones(1, 6, 4, 4), block_input).sum().backward()
    assert block_input.grad is not None
    assert block_input.grad.isfinite().all()


def convolution() -> nn.Conv2d:
    torch.manual_seed(0)
    return nn.Conv2d(6, 4, kernel_size=3, padding=1)


def learned(layer: nn.Conv2d) -> tuple[nn.Parameter, nn.Parameter]:
    """Lengths and directions of the kernels."""
    found = dict(layer.named_parameters())
    return found["parametrizations.weight.original0"], found["parametrizations.weight.original1"]


@torch.no_grad()
def test_weight_normalisation_begins_as_the_convolution_that_it_is_given() -> None:
    torch.testing.assert_close(weight_normalized(convolution())(features()), convolution()(features()))


@torch.no_grad()
def test_normalised_kernels_have_the_learned_length_whatever_is_learned_beside_it() -> None:
    layer = weight_normalized(convolution())
    length, direction = learned(layer)
    length.copy_(torch.tensor([1.0, 2, 3, 4]).view(4, 1, 1, 1))
    direction.mul_(17)
    torch.testing.assert_close(layer.weight.flatten(1).norm(dim=1), torch.tensor([1.0, 2, 3, 4]))


def test_step_along_the_direction_itself_has_no_slope() -> None:
    layer = weight_normalized(convolution())
    layer(features()).square().sum().backward()
    direction = learned(layer)[1]
    assert direction.grad is not None
    along = (direction * direction.grad).flatten(1).sum(dim=1)
    torch.testing.assert_close(along, torch.zeros(4), atol=1e-2, rtol=0)


@torch.no_grad()
def test_plain_weights_answer_the_same_and_bear_the_plain_names() -> None:
    layer = weight_normalized(convolution())
    learned(layer)[0].mul_(2)
    before = layer(features())
    torch.testing.assert_close(with_plain_weights(layer)(features()), before)
    assert set(layer.state_dict()) == {"weight", "bias"}
