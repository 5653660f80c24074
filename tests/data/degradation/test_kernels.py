"""Blur kernels have the moments that their formulas promise."""

from math import pi

import numpy as np
import pytest
import scipy.special

from superres.data.degradation import kernels
from superres.data.degradation.kernels import Kernel
from superres.errors import InvalidConfigError

ALL = [
    kernels.gaussian(21, (2.0, 2.0)),
    kernels.gaussian(8, (1.6, 1.6)),
    kernels.gaussian(31, (3.0, 1.5), 0.4),
    kernels.generalised_gaussian(21, (2.0, 3.0), 1.0, 0.7),
    kernels.plateau(21, (2.0, 3.0), 1.0, 1.5),
    kernels.sinc(21, 0.5 * pi),
    kernels.sinc(13, pi),
]


def moments(kernel: Kernel) -> tuple[float, float, float]:
    """Variance across, variance down, and covariance about the centre [pixels²]."""
    line = np.arange(len(kernel)) - (len(kernel) - 1) / 2
    down, across = np.meshgrid(line, line, indexing="ij")
    return (
        float((kernel * across**2).sum()),
        float((kernel * down**2).sum()),
        float((kernel * across * down).sum()),
    )


@pytest.mark.parametrize("kernel", ALL)
def test_kernel_sums_to_one_and_is_symmetric_about_its_centre(kernel: Kernel) -> None:
    assert kernel.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-12)


def test_gaussian_has_its_variances_along_its_axes() -> None:
    # A turned covariance R diag(σ₁², σ₂²) Rᵀ, with the tails inside of the kernel.
    turn = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    expected = turn @ np.diag([3.0**2, 1.5**2]) @ turn.T
    across, down, both = moments(kernels.gaussian(41, (3.0, 1.5), 0.5))
    np.testing.assert_allclose([[across, both], [both, down]], expected, rtol=1e-4)


def test_classical_kernel_equals_the_published_values() -> None:
    # fspecial('gaussian', 7, 1.6): exp(-(x² + y²) / (2 · 1.6²)), normalised; the sum over the line was made by hand.
    line = np.exp(-np.array([9, 4, 1, 0, 1, 4, 9]) / (2 * 1.6**2))
    np.testing.assert_allclose(kernels.gaussian(7, (1.6, 1.6)), np.outer(line, line) / line.sum() ** 2, rtol=1e-12)


def test_shape_of_one_is_a_gaussian_and_a_higher_one_is_flatter() -> None:
    round_one = kernels.generalised_gaussian(21, (2.0, 2.0), 0.0, 1.0)
    np.testing.assert_allclose(round_one, kernels.gaussian(21, (2.0, 2.0)), rtol=1e-12)
    flat = kernels.generalised_gaussian(21, (2.0, 2.0), 0.0, 4.0)
    assert flat[10, 10] / flat[10, 11] < round_one[10, 10] / round_one[10, 11]


def test_plateau_is_half_as_high_where_the_distance_equals_the_width() -> None:
    for shape in (1.0, 2.0):
        kernel = kernels.plateau(21, (3.0, 3.0), 0.0, shape)
        assert kernel[10, 13] == pytest.approx(kernel[10, 10] / 2)


def test_sinc_passes_what_is_below_its_cutoff_and_stops_what_is_above() -> None:
    kernel = kernels.sinc(101, 0.5 * pi)
    answer = np.abs(np.fft.fft(kernel.sum(axis=0), 256))
    frequency = np.fft.fftfreq(256)  # cycles per pixel; the cutoff is at a quarter
    assert answer[np.abs(frequency) < 0.2] == pytest.approx(1, abs=0.08)
    assert answer[np.abs(frequency) > 0.3] == pytest.approx(0, abs=0.08)


def test_bessel_function_equals_scipys() -> None:
    x = np.linspace(-100, 100, 2001)
    np.testing.assert_allclose(kernels.bessel_one(x), scipy.special.j1(x), atol=1e-13)


@pytest.mark.parametrize("cutoff", [0.0, 3.2, float("nan")])
def test_cutoff_out_of_range_is_refused(cutoff: float) -> None:
    with pytest.raises(InvalidConfigError, match=r"lies in \(0, π\]"):
        kernels.sinc(7, cutoff)


def test_width_that_is_not_positive_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match=r"the width of a kernel must be above 0, got 0\.0"):
        kernels.gaussian(7, (1.0, 0.0))
