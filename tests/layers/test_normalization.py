"""Normalisation."""

import pytest
import torch

from superres.layers.normalization import AdaptiveDeviation, Normalization, normalization


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
