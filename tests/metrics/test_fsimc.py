"""Feature similarity of colour images."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from samples.distortions import coarse, lighthouse, planes, published_pair, smeared

from superres.errors import InvalidImageError
from superres.metrics.fsim import fsim
from superres.metrics.fsimc import fsimc

GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden" / "metrics.json").read_text("utf-8"))[
    "pairs"
]


@pytest.mark.data
def test_authors_matlab_gives_the_same_value(superres_data: Path) -> None:
    pair = published_pair(superres_data, "I01.BMP", "i01_01_5.bmp")
    assert fsimc(*pair).item() == pytest.approx(0.92587, abs=5e-6)


@pytest.mark.parametrize("pair", GOLDEN, ids=lambda pair: f"{pair['distortion']}-{pair['crop']}")
def test_golden_value_agrees_with_piq(pair: dict[str, Any]) -> None:
    top, left, height, width = pair["crop"]
    crop = lighthouse()[top : top + height, left : left + width]
    distorted = {"coarse": coarse, "smeared": smeared}[pair["distortion"]](crop)
    assert fsimc(planes(distorted), planes(crop)).item() == pytest.approx(pair["fsimc"], abs=1e-4)


def test_without_colour_it_is_fsim() -> None:
    random = torch.Generator().manual_seed(0)
    grey = torch.rand(2, 1, 1, 40, 30, dtype=torch.float64, generator=random).expand(-1, -1, 3, -1, -1)
    torch.testing.assert_close(fsimc(grey[0], grey[1]), fsim(grey[0], grey[1]), rtol=0, atol=1e-6)


def test_a_shift_of_colour_that_luma_does_not_show_lowers_it() -> None:
    reference = planes(lighthouse()[200:300, 200:300])
    # 0.299 · 0.0587 = 0.587 · 0.0299: luma stays.
    shifted = reference + torch.tensor([0.0587, -0.0299, 0.0], dtype=torch.float64).view(1, 3, 1, 1)
    assert fsim(shifted, reference).item() == pytest.approx(1, abs=1e-6)
    assert fsimc(shifted, reference).item() < 0.9999


def test_opposite_colours_count_with_the_real_part_of_the_power() -> None:
    # I = 0.596 · 255 against its negative: similarity -(2 I^2 - 200) / (2 I^2 + 200); Q likewise; both negative, so
    # that the product is positive. With only red against its absence in I, the product is negative.
    red, cyan = (torch.tensor(colour).view(1, 3, 1, 1).expand(-1, -1, 48, 48) for colour in ([1.0, 0, 0], [0, 1.0, 1]))
    value = fsimc(red, cyan)
    assert 0 < value.item() < fsim(red, cyan).item()


@pytest.mark.parametrize("other", ["equal", "flat", "opposite"])
@pytest.mark.parametrize("is_flat", [True, False])
def test_gradient_is_finite(is_flat: bool, other: str) -> None:
    random = torch.Generator().manual_seed(0)
    images = torch.full((1, 3, 33, 40), 0.5) if is_flat else torch.rand(1, 3, 33, 40, generator=random)
    references = {"equal": images, "flat": torch.full_like(images, 0.2), "opposite": 1 - images}
    start = images.clone().requires_grad_()
    fsimc(start, references[other]).sum().backward()
    assert start.grad is not None
    assert torch.isfinite(start.grad).all()


def test_grey_images_are_refused() -> None:
    with pytest.raises(InvalidImageError, match="FSIMc compares RGB images, got 1 channel; FSIM compares grey ones"):
        fsimc(torch.rand(1, 1, 20, 20), torch.rand(1, 1, 20, 20))
