"""Structural losses against values worked out by hand."""

import pytest
import torch

from superres.errors import InvalidImageError
from superres.losses.structural import LEAST, multiscale_structural, structural
from superres.metrics.ms_ssim import WEIGHTS, ms_ssim
from superres.metrics.ssim import ssim

# Flat images have no variance, so that luminance alone counts:
# (2·0.5·0.7 + 0.0001) / (0.5² + 0.7² + 0.0001) = 0.7001 / 0.7401.
FLAT = 0.7001 / 0.7401


def flat(value: float, side: int) -> torch.Tensor:
    return torch.full((2, 3, side, side), value, dtype=torch.float64)


def noise(side: int, seed: int) -> torch.Tensor:
    return torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_flat_images_differ_in_luminance_alone() -> None:
    value = structural(flat(0.7, 12), flat(0.5, 12))
    assert value.item() == pytest.approx(1 - FLAT, abs=1e-6)


def test_luminance_counts_on_the_coarsest_of_five_scales() -> None:
    value = multiscale_structural(flat(0.7, 161), flat(0.5, 161))
    assert value.item() == pytest.approx(1 - FLAT ** WEIGHTS[-1], abs=1e-6)


def test_loss_is_one_minus_the_metric() -> None:
    assert structural(noise(20, 1), noise(20, 2)).item() == pytest.approx(1 - ssim(noise(20, 1), noise(20, 2)).item())
    near = 0.9 * noise(161, 1) + 0.1 * noise(161, 2)
    assert multiscale_structural(near, noise(161, 1)).item() == pytest.approx(1 - ms_ssim(near, noise(161, 1)).item())


def test_images_that_disagree_on_a_scale_still_have_a_gradient() -> None:
    reference = noise(161, 1)
    restored = (1 - reference).requires_grad_()  # the negative: every scale disagrees in sign
    value = multiscale_structural(restored, reference)
    value.backward()
    assert value.item() == pytest.approx(1 - LEAST ** sum(WEIGHTS), abs=1e-3)
    assert restored.grad is not None
    assert restored.grad.isfinite().all()


@pytest.mark.parametrize(("loss", "side"), [(structural, 13), (multiscale_structural, 161)])
def test_gradient_is_the_slope(loss: torch.nn.Module, side: int) -> None:
    reference = noise(side, 1)
    restored = (0.8 * reference + 0.2 * noise(side, 2)).requires_grad_()
    assert torch.autograd.gradcheck(lambda image: loss(image, reference), restored, fast_mode=True)


def test_images_smaller_than_five_scales_are_refused() -> None:
    with pytest.raises(InvalidImageError, match="at least 161 pixels"):
        multiscale_structural(noise(160, 1), noise(160, 1))
