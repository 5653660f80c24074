"""Structural similarity."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.metrics import structural_similarity
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.ssim import component_ssim, ssim


def noisy_pair(channels: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(3)
    reference = torch.rand(1, channels, height, width, generator=random, dtype=torch.float64)
    noise = 0.2 * torch.randn(reference.shape, generator=random, dtype=torch.float64)
    return (reference + noise).clamp(0, 1), reference


@pytest.mark.parametrize("size", [(11, 11), (32, 45), (64, 64), (74, 140), (200, 75)])
def test_grey_value_agrees_with_scikit_image_on_whole_windows(size: tuple[int, int]) -> None:
    restored, reference = noisy_pair(1, *size)
    found: Any = structural_similarity(
        restored[0, 0].numpy(),
        reference[0, 0].numpy(),
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )
    assert ssim(restored, reference).item() == pytest.approx(found[1][5:-5, 5:-5].mean(), abs=1e-9)


def test_colour_is_the_mean_of_its_channels() -> None:
    restored, reference = noisy_pair(3, 20, 24)
    single = [ssim(restored[:, [channel]], reference[:, [channel]]).item() for channel in range(3)]
    assert ssim(restored, reference).item() == pytest.approx(np.mean(single))


def test_flat_bright_images_lose_nothing_to_rounding() -> None:
    reference = torch.full((1, 1, 16, 16), 0.9)
    assert ssim(reference + 1e-3, reference).item() == pytest.approx(1.0, abs=1e-5)


def test_constant_images_leave_the_luminance_term_alone() -> None:
    dark, bright = torch.full((1, 1, 12, 12), 0.2).double(), torch.full((1, 1, 12, 12), 0.8).double()
    assert ssim(dark, bright).item() == pytest.approx((2 * 0.16 + 1e-4) / (0.04 + 0.64 + 1e-4))


def test_image_smaller_than_the_window_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="at least 11 pixels, got 20×10"):
        ssim(torch.rand(1, 1, 10, 20), torch.rand(1, 1, 10, 20))


@pytest.mark.data
def test_goldhill_gives_the_authors_published_value(superres_data: Path) -> None:
    """0.8202, by the authors' MATLAB script; it averages squares of 2×2 first, since 512 is twice 256."""
    folder = superres_data / "metric_references" / "piq"
    restored, reference = (halved(folder / name) for name in ("goldhill_jpeg.gif", "goldhill.gif"))
    assert ssim(restored, reference).item() == pytest.approx(0.8202, abs=5e-5)


def halved(path: Path) -> Tensor:
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("L"), dtype=np.float64)
    return torch.nn.functional.avg_pool2d(torch.from_numpy(pixels)[None, None] / 255, 2)


def test_three_components_equal_the_usual_form() -> None:
    restored, reference = noisy_pair(3, 90, 80)
    assert component_ssim(restored, reference).item() == pytest.approx(ssim(restored, reference).item(), abs=1e-6)


def test_luminance_alone_sees_no_noise_and_structure_alone_no_brightness() -> None:
    restored, reference = noisy_pair(1, 40, 40)
    darker = reference * 0.5
    luminance, structure = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
    assert component_ssim(restored, reference, exponents=luminance).item() > 0.95
    assert component_ssim(darker, reference, exponents=structure).item() > 0.98
    assert component_ssim(darker, reference, exponents=luminance).item() < 0.9


def test_single_precision_agrees_with_double() -> None:
    restored, reference = noisy_pair(3, 120, 100)
    flat = torch.full_like(reference, 0.95)
    for first, second in ((restored, reference), (flat + 0.01 * (restored - 0.5), flat)):
        exact = ssim(first, second).item()
        assert ssim(first.float(), second.float()).item() == pytest.approx(exact, abs=1e-4)


def test_value_that_is_no_number_is_refused() -> None:
    restored, reference = noisy_pair(1, 20, 20)
    restored[0, 0, 3, 3] = np.nan
    with pytest.raises(InvalidImageError, match="holds values that are no numbers"):
        ssim(restored, reference)


@pytest.mark.parametrize("is_equal", [True, False])
def test_gradient_is_finite(is_equal: bool) -> None:
    restored, reference = noisy_pair(3, 30, 30)
    start = (reference if is_equal else restored).clone().requires_grad_()
    ssim(start, reference).sum().backward()
    assert start.grad is not None
    assert torch.isfinite(start.grad).all()
