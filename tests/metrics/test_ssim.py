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
from superres.metrics.ssim import WINDOW_SIZE, gaussian_window, ssim


def noisy_pair(channels: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(3)
    reference = torch.rand(1, channels, height, width, generator=random, dtype=torch.float64)
    noise = 0.2 * torch.randn(reference.shape, generator=random, dtype=torch.float64)
    return (reference + noise).clamp(0, 1), reference


@pytest.mark.parametrize("size", [(11, 11), (32, 45)])
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


def test_window_is_symmetric_and_sums_to_one() -> None:
    window = gaussian_window(torch.zeros(1, dtype=torch.float64))
    assert torch.equal(window, window.flip(0))
    assert window.sum().item() == pytest.approx(1)
    assert len(window) == WINDOW_SIZE


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
