"""Contrastive loss."""

from pathlib import Path

import pytest
import torch
from samples.features import red, red_vgg
from torch import Tensor

from superres.errors import InvalidConfigError
from superres.image.resize import resize
from superres.losses.contrastive import ContrastiveSettings, RandomExtractor, contrastive


def reference() -> Tensor:
    return torch.rand(2, 3, 24, 24, generator=torch.Generator().manual_seed(0))


def test_share_of_the_way_from_the_truth_to_the_enlargement(tmp_path: Path) -> None:
    settings = ContrastiveSettings(
        extractor="vgg16", weights=red_vgg(tmp_path / "red.pth"), taps={"relu1_1": 1.0, "conv1_2": 3.0}
    )
    # From the truth 0.1, from the enlargement 0.3; the same at both layers.
    value = contrastive(settings)(red(0.6), red(0.5), red(0.9, height=4, width=4))
    assert value.item() == pytest.approx((1 + 3) * 0.1 / 0.3, rel=1e-3)


def test_random_extractor_is_a_convolution_a_tangent_and_a_convolution() -> None:
    extract, image = RandomExtractor(3, 5, seed=2), reference()
    inner = torch.nn.functional.conv2d(image, extract.first.weight, extract.first.bias).tanh()
    expected = torch.nn.functional.conv2d(inner, extract.second.weight, extract.second.bias)
    assert torch.equal(extract(image), expected)
    assert expected.shape == (2, 5, 20, 20)


def test_ratio_is_that_of_the_distances_of_random_features() -> None:
    restored, low = 0.9 * reference(), resize(reference(), scale=0.5)
    extract = RandomExtractor(3, 3, seed=0)
    near = (extract(restored) - extract(reference())).abs().sum()
    far = (extract(restored) - extract(resize(low, scale=2))).abs().sum()
    value = contrastive(ContrastiveSettings())(restored, reference(), low)
    assert value.item() == pytest.approx((near / far).item(), rel=1e-5)


def test_it_is_nothing_at_the_truth_and_grows_towards_the_enlargement() -> None:
    low = resize(reference(), scale=0.5)
    enlarged = resize(low, scale=2)
    term = contrastive(ContrastiveSettings())
    values = [term(torch.lerp(reference(), enlarged, share), reference(), low).item() for share in (0, 0.25, 0.5, 0.75)]
    assert values[0] == 0
    assert values == sorted(values)
    assert values[2] == pytest.approx(1, rel=0.1)


def test_enlargement_itself_has_a_finite_value_and_gradient() -> None:
    low = resize(reference(), scale=0.5)
    restored = resize(low, scale=2).requires_grad_()
    value = contrastive(ContrastiveSettings())(restored, reference(), low)
    value.backward()
    assert value.isfinite()
    assert restored.grad is not None
    assert restored.grad.isfinite().all()


def test_gradient_is_the_slope() -> None:
    high = reference().double()[:1, :, :8, :8]
    low, term = resize(high, scale=0.5), contrastive(ContrastiveSettings())
    restored = (0.7 * high).requires_grad_()
    assert torch.autograd.gradcheck(lambda image: term(image, high, low), restored)


def test_seed_alone_says_who_judges() -> None:
    restored, low = 0.9 * reference(), resize(reference(), scale=0.5)
    first, again, other = (
        contrastive(ContrastiveSettings(seed=seed))(restored, reference(), low).item() for seed in (1, 1, 2)
    )
    assert first == again != other


def test_luma_has_a_judge_too() -> None:
    high = reference()[:, :1]
    assert contrastive(ContrastiveSettings())(0.9 * high, high, resize(high, scale=0.5)).isfinite()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="width at least 1, got 0 and 0"):
        ContrastiveSettings(width=0)


@pytest.mark.data
@pytest.mark.usefixtures("superres_data")
def test_form_of_the_classifier_has_five_layers() -> None:
    term, high = contrastive(ContrastiveSettings(extractor="vgg16")), reference()
    low = resize(high, scale=0.5)
    values = [term(torch.lerp(high, resize(low, scale=2), share), high, low).item() for share in (0, 0.3, 0.6)]
    assert values[0] == 0
    assert values == sorted(values)
