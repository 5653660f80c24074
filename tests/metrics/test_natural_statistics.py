"""Statistics of natural scenes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from samples.distortions import lighthouse, planes
from scipy import ndimage, special
from scipy.stats import gennorm

from superres.errors import InvalidImageError
from superres.image.resize import resize
from superres.metrics.natural_statistics import asymmetric_gaussian, patch_features, patch_statistics

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics.json").read_text("utf-8"))
Values = NDArray[np.float64]


def fit(samples: Values) -> tuple[float, float, float]:
    """The paper's match of moments written out for one patch, with every exponent tried."""
    shapes = np.arange(200, 10001) / 1000
    ratios = special.gamma(2 / shapes) ** 2 / (special.gamma(1 / shapes) * special.gamma(3 / shapes))
    left = np.sqrt(np.mean(samples[samples < 0] ** 2))
    right = np.sqrt(np.mean(samples[samples > 0] ** 2))
    g = left / right
    ratio = np.abs(samples).mean() ** 2 / (samples**2).mean() * (g**3 + 1) * (g + 1) / (g**2 + 1) ** 2
    shape = float(shapes[np.argmin((ratios - ratio) ** 2)])
    width = np.sqrt(special.gamma(1 / shape) / special.gamma(3 / shape))
    return shape, float(left * width), float(right * width)


def features(patch: Values) -> list[float]:
    """The 18 features of a normalised patch, written out."""
    shape, left, right = fit(patch.ravel())
    result = [shape, (left + right) / 2]
    for down, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
        shape, left, right = fit((patch * np.roll(patch, (down, across), (0, 1))).ravel())
        mean = (right - left) * special.gamma(2 / shape) / special.gamma(1 / shape)
        result += [shape, float(mean), left, right]
    return result


def independent_statistics(luma: Values) -> tuple[Values, Values]:
    """Features (patch, 36) and sharpness (patch,) with SciPy's filters, patch by patch."""
    distance = np.arange(-3, 4)
    window = np.exp(-(distance[:, None] ** 2 + distance**2) / (2 * (7 / 6) ** 2))
    window /= window.sum()
    columns: list[Values] = []
    sharpness = np.empty(0)
    for size in (96, 48):
        mean = ndimage.correlate(luma, window, mode="nearest")
        deviation = np.sqrt(np.abs(ndimage.correlate(luma**2, window, mode="nearest") - mean**2))
        normalised = (luma - mean) / (deviation + 1)
        places = [(y, x) for y in range(0, luma.shape[0], size) for x in range(0, luma.shape[1], size)]
        columns.append(np.array([features(normalised[y : y + size, x : x + size]) for y, x in places]))
        if size == 96:
            sharpness = np.array([deviation[y : y + size, x : x + size].mean() for y, x in places])
            luma = resize(luma, scale=0.5)
    return np.concatenate(columns, axis=1), sharpness


def test_statistics_agree_with_an_independent_computation() -> None:
    pixels = lighthouse()[300:500, 100:310]
    luma = ((pixels.astype(np.int64) @ np.array([299, 587, 114]) + 500) // 1000).astype(np.float64)
    expected, sharpness = independent_statistics(luma[:192, :192])
    found, deviations = patch_statistics(planes(pixels), "a test")
    np.testing.assert_allclose(found[0].numpy(), expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(deviations[0].numpy(), sharpness, rtol=1e-9)


def test_golden_features_agree_with_basicsr() -> None:
    # BasicSR halves in single precision, which moves an exponent by a step of 0.001 here and there.
    found, _ = patch_statistics(planes(lighthouse()), "a test")
    np.testing.assert_allclose(found[0].mean(dim=0).numpy(), GOLDEN["niqe_features"], rtol=0, atol=1e-4)


def test_single_and_double_precision_agree() -> None:
    image = planes(lighthouse()[:200, :200])
    single, _ = patch_statistics(image.float(), "a test")
    double, _ = patch_statistics(image, "a test")
    assert torch.equal(single, double)


@pytest.mark.parametrize(("shape", "left", "right"), [(0.6, 1.0, 1.0), (1.0, 0.5, 2.0), (2.0, 1.5, 1.0), (4.0, 1, 3)])
def test_parameters_of_synthetic_samples_are_recovered(shape: float, left: float, right: float) -> None:
    # Each side is half a generalised Gaussian; the mass of a side is proportional to its width.
    random = np.random.default_rng(0)
    sides = random.random(400_000) < left / (left + right)
    size = np.abs(gennorm.rvs(shape, size=sides.size, random_state=random))
    samples = np.where(sides, -left * size, right * size)
    found = [value.item() for value in asymmetric_gaussian(torch.from_numpy(samples))]
    assert found == pytest.approx([shape, left, right], rel=0.03)


@pytest.mark.parametrize(
    "samples",
    [
        lambda random: random.normal(size=1000),
        lambda random: random.laplace(size=1000) * random.normal(size=1000) ** 2,
        lambda random: random.choice([-1.0, 1.0], size=1000),
        lambda random: random.exponential(size=1000) - 0.1,
    ],
    ids=["normal", "heavy tails", "two values", "skewed"],
)
def test_fit_is_the_nearest_of_all_exponents(samples: Callable[[np.random.Generator], Any]) -> None:
    values = samples(np.random.default_rng(1))
    found = [value.item() for value in asymmetric_gaussian(torch.from_numpy(values))]
    assert found == pytest.approx(fit(values), rel=1e-9)


def test_samples_on_one_side_alone_have_no_fit() -> None:
    for samples in (torch.rand(50).double() + 0.1, torch.zeros(50).double()):
        assert all(value.isnan() for value in asymmetric_gaussian(samples))


def test_a_flat_patch_has_no_features_and_no_sharpness() -> None:
    image = planes(lighthouse()[300:492, 100:292])
    image[..., :110, :110] = 0.4
    found, sharpness = patch_statistics(image, "a test")
    assert found.isnan().any(dim=2).tolist() == [[True, False, False, False]]
    assert sharpness[0, 0].item() < 1e-3
    assert (sharpness[0, 1:] > 1).all()


def test_patches_come_row_by_row_and_rests_are_left_out() -> None:
    image = planes(lighthouse()[300:500, 100:400])
    whole, _ = patch_statistics(image, "a test")
    cropped, _ = patch_statistics(image[..., :192, :288], "a test")
    assert whole.shape == (1, 6, 36)
    assert torch.equal(whole, cropped)


def test_features_of_a_mirrored_patch_exchange_the_diagonals() -> None:
    patch = torch.randn(48, 48, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    patch = patch + patch.roll((1, 1), dims=(0, 1))
    as_is, mirrored = patch_features(patch), patch_features(patch.flip(-1))
    exchanged = torch.cat([as_is[:10], as_is[14:18], as_is[10:14]])
    torch.testing.assert_close(mirrored, exchanged, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("height", "width"), [(95, 200), (200, 95)])
def test_an_image_smaller_than_a_patch_is_refused(height: int, width: int) -> None:
    with pytest.raises(InvalidImageError, match=f"a test needs sides of at least 96 pixels, got {width}×{height}"):
        patch_statistics(torch.rand(1, 1, height, width), "a test")
