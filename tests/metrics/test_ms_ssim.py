"""Structural similarity on five scales."""

from math import prod

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError
from superres.metrics.ms_ssim import SMALLEST_SIDE, WEIGHTS, ms_ssim
from superres.metrics.ssim import Moments, mean_of_maps, ssim


def noisy_pair(side: int) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(3)
    coarse = torch.rand(1, 1, side // 8, side // 8, generator=random, dtype=torch.float64)
    reference = functional.interpolate(coarse, size=(side, side), mode="bilinear")
    noise = 0.1 * torch.randn(reference.shape, generator=random, dtype=torch.float64)
    return (reference + noise).clamp(0, 1), reference


def test_value_is_the_product_over_the_scales() -> None:
    restored, reference = noisy_pair(192)
    pairs = [(restored, reference)]
    for _ in range(4):
        pairs.append((functional.avg_pool2d(pairs[-1][0], 2), functional.avg_pool2d(pairs[-1][1], 2)))
    values = [mean_of_maps(*pair, Moments.contrast_structure).item() for pair in pairs[:4]]
    values.append(ssim(*pairs[4]).item())
    expected = prod(value**weight for value, weight in zip(values, WEIGHTS, strict=True))
    assert ms_ssim(restored, reference).item() == pytest.approx(expected)


def test_weights_add_up_to_one() -> None:
    assert sum(WEIGHTS) == pytest.approx(1, abs=1e-3)


def test_image_too_small_for_five_scales_is_refused() -> None:
    small = torch.rand(1, 1, SMALLEST_SIDE - 1, 300)
    with pytest.raises(InvalidImageError, match="at least 161 pixels, got 300×160"):
        ms_ssim(small, small)
    assert ms_ssim(*(torch.rand(1, 1, SMALLEST_SIDE, SMALLEST_SIDE),) * 2).item() == pytest.approx(1)


def test_gradient_is_finite() -> None:
    restored, reference = noisy_pair(168)
    start = restored.requires_grad_()
    ms_ssim(start, reference).sum().backward()
    assert start.grad is not None
    assert torch.isfinite(start.grad).all()
