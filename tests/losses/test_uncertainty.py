"""Uncertainty-driven losses, against values worked out by hand."""

from math import log
from pathlib import Path

import pytest
import torch
from torch import Tensor

from superres.errors import InvalidConfigError, InvalidImageError, InvalidWeightsError
from superres.losses.catalogue import TermSettings, term
from superres.losses.uncertainty import (
    UncertaintyWeightedSettings,
    estimation,
    uncertainty_weights,
    weighted,
)
from superres.models.catalogue import build_from_card
from superres.models.rlfn import ARCHITECTURE, RLFNConfig
from superres.models.uncertainty import Uncertain, write_uncertain
from superres.models.weights import write_weights

REFERENCE, RESTORED = torch.full((1, 1, 1, 2), 0.5), torch.full((1, 1, 1, 2), 0.7)


def test_surer_pixels_pay_more_for_their_error_and_less_for_their_doubt() -> None:
    doubt = torch.tensor([[[[0.0, log(2)]]]])
    # exp(0)·0.2 + 2·0 = 0.2; exp(-ln 2)·0.2 + 2·ln 2 = 0.1 + 2 ln 2.
    value = estimation(RESTORED, doubt, REFERENCE)
    assert value.item() == pytest.approx((0.2 + 0.1 + 2 * log(2)) / 2)


@pytest.mark.parametrize("error", [0.01, 0.1, 0.4])
def test_lowest_where_doubt_is_the_logarithm_of_half_the_error(error: float) -> None:
    pixel = torch.zeros(1, 1, 1, 1, dtype=torch.float64)
    doubts = torch.linspace(-8, 1, 901, dtype=torch.float64)
    values = torch.stack([estimation(pixel + error, pixel + doubt, pixel) for doubt in doubts])
    assert doubts[values.argmin()].item() == pytest.approx(log(error / 2), abs=0.005)


def test_descent_finds_the_same_doubt() -> None:
    errors = torch.tensor([[[[0.02, 0.1, 0.3]]]], dtype=torch.float64)
    doubt = torch.zeros_like(errors, requires_grad=True)
    optimizer = torch.optim.LBFGS([doubt], max_iter=200, tolerance_grad=1e-12)

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = estimation(errors, doubt, torch.zeros_like(errors))
        value.backward()
        return value

    optimizer.step(closure)  # type: ignore[arg-type]
    torch.testing.assert_close(doubt.detach(), (errors / 2).log(), atol=1e-4, rtol=0)


def test_weights_are_the_doubt_above_the_surest_pixel_of_each_image_and_channel() -> None:
    doubt = torch.tensor([[[[0.5, 1.5]], [[-1.0, 1.0]]], [[[2.0, 2.0]], [[0.0, 3.0]]]])
    expected = torch.tensor([[[[0.0, 1.0]], [[0.0, 2.0]]], [[[0.0, 0.0]], [[0.0, 3.0]]]])
    assert torch.equal(uncertainty_weights(doubt), expected)
    assert torch.equal(uncertainty_weights(doubt, 1.0), expected + 1)


def test_errors_count_as_their_weights_say() -> None:
    # Weights 0 and 1 on errors of 0.2: (0·0.2 + 1·0.2) / 2 = 0.1.
    assert weighted(RESTORED, REFERENCE, torch.tensor([[[[0.0, 1.0]]]])).item() == pytest.approx(0.1)


def test_gradients_are_slopes() -> None:
    random = torch.Generator().manual_seed(0)
    images = [torch.rand(1, 2, 3, 3, dtype=torch.float64, generator=random).requires_grad_() for _ in range(3)]
    assert torch.autograd.gradcheck(estimation, images)
    assert torch.autograd.gradcheck(weighted, images)


def test_step_one_reads_the_answer_and_the_doubt_beside_it() -> None:
    both = torch.cat([RESTORED, torch.zeros_like(RESTORED)], dim=1)
    assert term("uncertainty")(both, REFERENCE, REFERENCE).item() == pytest.approx(0.2)
    with pytest.raises(InvalidImageError, match="twice the reference's 1 channels"):
        term("uncertainty")(RESTORED, REFERENCE, REFERENCE)


def test_step_two_asks_the_frozen_network_of_step_one(tmp_path: Path) -> None:
    card = ARCHITECTURE.card("tiny_x2", RLFNConfig(scale=2, width=4, blocks=1, attention_width=4))
    torch.manual_seed(0)
    estimator = Uncertain(build_from_card(card), card, width=4)
    write_uncertain(tmp_path / "sure.safetensors", estimator, card)
    settings = UncertaintyWeightedSettings(estimator=str(tmp_path / "sure.safetensors"), offset=1.0)
    low, high = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 32, 32)
    _, doubt = estimator.eval().with_uncertainty(low)
    expected = ((doubt - doubt.amin(dim=(2, 3), keepdim=True) + 1) * (0.5 * high).abs()).mean()
    value = term("uncertainty_weighted", TermSettings(uncertainty_weighted=settings))(0.5 * high, high, low)
    assert value.item() == pytest.approx(expected.item(), rel=1e-5)


def test_file_of_a_network_without_the_head_is_refused(tmp_path: Path) -> None:
    card = ARCHITECTURE.card("tiny_x2", RLFNConfig(scale=2, width=4, blocks=1, attention_width=4))
    write_weights(tmp_path / "plain.safetensors", build_from_card(card).state_dict(), card)
    settings = UncertaintyWeightedSettings(estimator=str(tmp_path / "plain.safetensors"))
    with pytest.raises(InvalidWeightsError, match="no network that says its uncertainty"):
        term("uncertainty_weighted", TermSettings(uncertainty_weighted=settings))


def test_step_two_without_an_estimator_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="estimator must name an earlier stage"):
        UncertaintyWeightedSettings()
