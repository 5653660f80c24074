"""Content loss: by hand on features that are the red channel, and on the features of VGG16."""

from pathlib import Path

import pytest
import torch
from samples.features import random_vgg, red, red_vgg

from superres.errors import InvalidConfigError, UnknownNameError
from superres.losses.content import ContentSettings, content

UNUSED = torch.zeros(1, 3, 8, 8)


@pytest.fixture
def weights(tmp_path: Path) -> str:
    return red_vgg(tmp_path / "red.pth")


# The first of 64 features is red, which differs by 0.2; the others are all 0.
@pytest.mark.parametrize(
    ("distance", "scale", "expected"),
    [("l1", 1.0, 0.2 / 64), ("l2", 1.0, 0.04 / 64), ("l1", 0.5, 0.1 / 64), ("l2", 1 / 12.75, 0.04 / 64 / 12.75**2)],
)
def test_distance_is_the_mean_over_features(weights: str, distance: str, scale: float, expected: float) -> None:
    settings = ContentSettings(
        weights=weights,
        taps={"relu1_1": 1.0},
        distance=distance,  # type: ignore[arg-type]
        feature_scale=scale,
    )
    assert content(settings)(red(0.7), red(0.5), UNUSED).item() == pytest.approx(expected, rel=1e-4)


def test_taps_are_added_with_their_weights(weights: str) -> None:
    term = content(ContentSettings(weights=weights, taps={"relu1_1": 2.0, "conv1_2": 3.0}))
    assert term(red(0.7), red(0.5), UNUSED).item() == pytest.approx(5 * 0.2 / 64, rel=1e-4)


def test_before_the_activation_negative_features_count(weights: str) -> None:
    before, after = (content(ContentSettings(weights=weights, taps={tap: 1.0})) for tap in ("conv1_1", "relu1_1"))
    assert before(red(-0.2), red(-0.5), UNUSED).item() == pytest.approx(0.3 / 64, rel=1e-4)
    assert after(red(-0.2), red(-0.5), UNUSED).item() == 0


def test_gradient_is_the_slope(tmp_path: Path) -> None:
    # Features are float32, so that the slope is taken over a wide step, before any activation.
    settings = ContentSettings(weights=random_vgg(tmp_path / "vgg.pth"), taps={"conv1_1": 1.0}, distance="l2")
    term, random = content(settings), torch.Generator().manual_seed(1)
    restored, reference, step = (torch.rand(1, 3, 6, 6, generator=random) for _ in range(3))
    restored.requires_grad_()
    term(restored, reference, UNUSED).backward()
    assert restored.grad is not None
    values = [term((restored + sign * 0.1 * step).detach(), reference, UNUSED).item() for sign in (1, -1)]
    assert (restored.grad * step).sum().item() == pytest.approx((values[0] - values[1]) / 0.2, rel=1e-3)


def test_no_taps_or_a_tap_of_no_weight_are_refused() -> None:
    for taps in ({}, {"conv5_3": 0.0}):
        with pytest.raises(InvalidConfigError, match="taps needs at least one, each of a weight above 0"):
            ContentSettings(taps=taps)


def test_tap_that_the_network_lacks_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no tap of vgg16 is called 'conv5_4'; nearest: conv5_"):
        ContentSettings(taps={"conv5_4": 1.0})


@pytest.mark.data
@pytest.mark.usefixtures("superres_data")
def test_trained_features_hear_structure_more_than_brightness() -> None:
    random = torch.Generator().manual_seed(0)
    reference = torch.rand(1, 3, 32, 32, generator=random)
    shifted = reference + 0.05
    noisy = reference + 0.05 * torch.randn(reference.shape, generator=random).sign()
    term = content(ContentSettings())
    assert term(shifted, reference, UNUSED) < term(noisy, reference, UNUSED)
