"""Feature similarity."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from samples.distortions import coarse, lighthouse, planes, published_pair, smeared
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.fsim import fsim, reduced

GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden" / "metrics.json").read_text("utf-8"))[
    "pairs"
]


@pytest.mark.data
@pytest.mark.parametrize(
    ("reference", "restored", "published"),
    [("goldhill.gif", "goldhill_jpeg.gif", 0.89691), ("I01.BMP", "i01_01_5.bmp", 0.93674)],
)
def test_authors_matlab_gives_the_same_value(
    superres_data: Path, reference: str, restored: str, published: float
) -> None:
    assert fsim(*published_pair(superres_data, reference, restored)).item() == pytest.approx(published, abs=5e-6)


@pytest.mark.parametrize("pair", GOLDEN, ids=lambda pair: f"{pair['distortion']}-{pair['crop']}")
def test_golden_value_agrees_with_piq(pair: dict[str, Any]) -> None:
    top, left, height, width = pair["crop"]
    crop = lighthouse()[top : top + height, left : left + width]
    distorted = {"coarse": coarse, "smeared": smeared}[pair["distortion"]](crop)
    assert fsim(planes(distorted), planes(crop)).item() == pytest.approx(pair["fsim"], abs=1e-4)


def test_single_precision_is_enough() -> None:
    photograph = lighthouse()
    pair = planes(coarse(photograph)), planes(photograph)
    assert fsim(*(images.float() for images in pair)).item() == pytest.approx(fsim(*pair).item(), abs=1e-5)


# Computed by hand as conv2(x, ones(F) / F^2, 'same') and x(1:F:end, 1:F:end) of MATLAB define it.
@pytest.mark.parametrize(("side", "factor"), [(383, 1), (384, 2), (511, 2), (639, 2), (640, 3), (896, 4)], ids=str)
def test_smaller_side_decides_how_much_is_averaged(side: int, factor: int) -> None:
    # MATLAB rounds 640 / 256 = 2.5 to 3; Python would round it to 2.
    assert reduced(torch.rand(1, 1, side, side + 5)).shape == (1, 1, -(-side // factor), -(-(side + 5) // factor))


def test_averaging_of_three_pixels_is_centred_and_takes_zeros_around_the_image() -> None:
    plane = torch.zeros(1, 1, 640, 641, dtype=torch.float64)
    plane[..., 0, :] = 9
    plane[..., 2, :] = 18
    expected = torch.tensor([3.0, 6.0, 0.0], dtype=torch.float64)
    torch.testing.assert_close(reduced(plane)[0, 0, :3, 5], expected)


@pytest.mark.parametrize("other", ["equal", "flat", "noise"])
@pytest.mark.parametrize("is_flat", [True, False])
def test_gradient_is_finite(is_flat: bool, other: str) -> None:
    random = torch.Generator().manual_seed(0)
    images = torch.full((1, 3, 33, 40), 0.5) if is_flat else torch.rand(1, 3, 33, 40, generator=random)
    references = {"equal": images, "flat": torch.full_like(images, 0.2), "noise": torch.rand_like(images)}
    start = images.clone().requires_grad_()
    fsim(start, references[other]).sum().backward()
    assert start.grad is not None
    assert torch.isfinite(start.grad).all()


def test_gradient_agrees_with_differences() -> None:
    random = torch.Generator().manual_seed(1)
    restored, reference = torch.rand(2, 1, 1, 16, 16, dtype=torch.float64, generator=random)

    def similarity(images: Tensor) -> Tensor:
        return fsim(images, reference)

    assert torch.autograd.gradcheck(similarity, (restored.requires_grad_(),), eps=1e-7, atol=1e-5)


def test_following_the_gradient_restores_an_image() -> None:
    reference = planes(lighthouse()[300:364, 200:264]).float()
    image = (
        reference + 0.1 * torch.randn(reference.shape, generator=torch.Generator().manual_seed(2))
    ).requires_grad_()
    before = fsim(image, reference).item()
    optimizer = torch.optim.Adam([image], lr=0.01)
    for _ in range(15):
        optimizer.zero_grad()
        (1 - fsim(image, reference)).sum().backward()
        optimizer.step()
    assert fsim(image, reference).item() > before + 0.05


def test_two_constant_images_have_the_same_features_but_for_their_border() -> None:
    dark, light = torch.full((1, 1, 64, 64), 0.2), torch.full((1, 1, 64, 64), 0.25)
    assert fsim(dark, dark).item() == 1
    assert 0.99 < fsim(dark, light).item() < 1


def test_images_of_two_channels_are_refused() -> None:
    with pytest.raises(InvalidImageError, match="FSIM takes grey or RGB images, got 2 channels"):
        fsim(torch.rand(1, 2, 20, 20), torch.rand(1, 2, 20, 20))
