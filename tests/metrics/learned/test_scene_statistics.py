"""Statistics of natural scenes."""

import pytest
import torch
from scipy import stats
from torch import Tensor
from torch.nn import functional

from superres.metrics.learned.scene_statistics import STATISTICS, _asymmetric, _shape, scene_statistics


def photograph() -> Tensor:
    coarse = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    smooth = functional.interpolate(coarse, size=(128, 128), mode="bicubic")
    return (smooth + 0.02 * torch.randn(smooth.shape, generator=torch.Generator().manual_seed(1))).clamp(0, 1)


@pytest.mark.parametrize("shape", [0.6, 1.0, 2.0, 4.0])
def test_shape_of_a_generalised_gaussian_is_found(shape: float) -> None:
    draws = torch.from_numpy(stats.gennorm.rvs(shape, size=200_000, random_state=0))
    ratio = draws.abs().mean().square() / draws.square().mean()
    assert _shape(ratio[None]).item() == pytest.approx(shape, rel=0.03)


def test_two_unequal_sides_are_told_apart() -> None:
    half = torch.from_numpy(stats.halfnorm.rvs(size=400_000, random_state=1))
    # Weights of the sides are as their scales, so that the density has no jump.
    left, right = -1.0 * half[:100_000], 3.0 * half[100_000:]
    values = torch.cat([left, right])[None, None, None]
    shape, mean, below, above = (value.item() for value in _asymmetric(values))
    assert (shape, below, above) == pytest.approx((2, 1, 3), rel=0.03)
    assert mean == pytest.approx(values.mean().item(), rel=0.03)


def test_blur_and_noise_show() -> None:
    image = photograph()
    blurred = functional.avg_pool2d(functional.pad(image, (2,) * 4, mode="replicate"), 5, stride=1)
    noisy = image + 0.1 * torch.randn(image.shape, generator=torch.Generator().manual_seed(2))
    plain, soft, rough = (scene_statistics(each) for each in (image, blurred, noisy))
    assert soft["gradient"] < plain["gradient"] < rough["gradient"]
    assert soft["sharpness"] < plain["sharpness"]
    assert soft["neighbour_mean"] > plain["neighbour_mean"] > rough["neighbour_mean"] - 0.05


def test_batch_equals_its_images_one_by_one_and_flat_ones_are_finite() -> None:
    images = torch.cat([photograph(), torch.full((1, 1, 128, 128), 0.4), photograph().flip(-1)])
    together = scene_statistics(images)
    assert tuple(together) == STATISTICS
    for name, values in together.items():
        assert values.isfinite().all(), name
        single = torch.cat([scene_statistics(image[None])[name] for image in images])
        torch.testing.assert_close(values, single)
