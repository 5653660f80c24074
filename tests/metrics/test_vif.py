"""Visual information fidelity."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from samples.distortions import coarse, lighthouse, planes, published_pair, smeared
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.vif import vif

GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden" / "metrics.json").read_text("utf-8"))[
    "pairs"
]


@pytest.mark.data
def test_authors_matlab_gives_the_same_value(superres_data: Path) -> None:
    pair = published_pair(superres_data, "goldhill.gif", "goldhill_jpeg.gif")
    assert vif(*pair).item() == pytest.approx(0.2665, abs=5e-5)


@pytest.mark.parametrize("pair", GOLDEN, ids=lambda pair: f"{pair['distortion']}-{pair['crop']}")
def test_golden_values_agree_with_piq_in_both_directions(pair: dict[str, Any]) -> None:
    top, left, height, width = pair["crop"]
    crop = lighthouse()[top : top + height, left : left + width]
    distorted = {"coarse": coarse, "smeared": smeared}[pair["distortion"]](crop)
    assert vif(planes(distorted), planes(crop)).item() == pytest.approx(pair["vif"], abs=1e-6)
    assert vif(planes(crop), planes(distorted)).item() == pytest.approx(pair["vif_swapped"], abs=1e-6)


def test_single_precision_is_enough() -> None:
    photograph = lighthouse()
    pair = planes(coarse(photograph)), planes(photograph)
    assert vif(*(images.float() for images in pair)).item() == pytest.approx(vif(*pair).item(), abs=1e-4)


def test_contrast_scores_above_one_and_faintness_below() -> None:
    photograph = planes(lighthouse())
    assert vif(0.5 + 0.8 * (photograph - 0.5), photograph).item() < 1
    assert vif(0.5 + 1.2 * (photograph - 0.5), photograph).item() > 1


def test_brightness_does_not_count() -> None:
    photograph = planes(lighthouse())
    assert vif(photograph + 0.1, photograph).item() == pytest.approx(1, abs=1e-9)


def test_negative_has_no_information() -> None:
    photograph = planes(lighthouse()[:100, :100])
    assert vif(1 - photograph, photograph).item() == pytest.approx(0, abs=1e-12)


def test_noise_on_a_constant_reference_lowers_the_value() -> None:
    noise = torch.randn(1, 1, 64, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    flat = torch.full_like(noise, 0.5)
    values = [vif(flat + 0.1 + deviation * noise, flat).item() for deviation in (0, 0.002, 0.01, 0.05)]
    assert values[0] == pytest.approx(1, abs=1e-9)
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.5


@pytest.mark.parametrize("other", ["equal", "flat", "noise"])
@pytest.mark.parametrize("is_flat", [True, False])
def test_gradient_is_finite(is_flat: bool, other: str) -> None:
    random = torch.Generator().manual_seed(0)
    images = torch.full((1, 3, 45, 50), 0.5) if is_flat else torch.rand(1, 3, 45, 50, generator=random)
    references = {"equal": images, "flat": torch.full_like(images, 0.2), "noise": torch.rand_like(images)}
    start = images.clone().requires_grad_()
    vif(start, references[other]).sum().backward()
    assert start.grad is not None
    assert torch.isfinite(start.grad).all()


def test_gradient_agrees_with_differences() -> None:
    reference = planes(lighthouse()[300:341, 200:241]).mean(dim=1, keepdim=True)
    noise = torch.randn(reference.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    restored = (reference + 0.02 * noise).requires_grad_()

    def along(step: Tensor) -> Tensor:
        return vif(restored + step * noise, reference)

    assert torch.autograd.gradcheck(along, (torch.zeros((), dtype=torch.float64, requires_grad=True),))


def test_images_of_two_channels_are_refused() -> None:
    with pytest.raises(InvalidImageError, match="VIF takes grey or RGB images, got 2 channels"):
        vif(torch.rand(1, 2, 50, 50), torch.rand(1, 2, 50, 50))
