"""Convolution by Fourier transforms is convolution, and its borders are mirrors."""

from math import pi

import numpy as np
import pytest
from scipy import ndimage

from superres.data.degradation.blur import Blur, Ringing, convolved
from superres.data.degradation.planes import Planes


def planes(height: int, width: int) -> Planes:
    return np.random.default_rng(3).uniform(0, 255, (3, height, width)).astype(np.float32)


@pytest.mark.parametrize("size", [(40, 33), (7, 90), (5, 5)])
@pytest.mark.parametrize("kernel_size", [1, 7, 21])
def test_it_equals_another_librarys_convolution(size: tuple[int, int], kernel_size: int) -> None:
    kernel = Blur(size=kernel_size, widths=(2.5, 1.0), angle=0.7).kernel()
    image = planes(*size)
    expected = [ndimage.convolve(plane.astype(np.float64), kernel, mode="reflect") for plane in image]
    np.testing.assert_allclose(convolved(image, kernel), expected, atol=2e-3)


def test_even_kernel_lies_half_a_pixel_up_and_left() -> None:
    image = planes(12, 15)
    averaged = convolved(image, np.full((2, 2), 0.25))
    expected = (image[:, :-1, :-1] + image[:, 1:, :-1] + image[:, :-1, 1:] + image[:, 1:, 1:]) / 4
    np.testing.assert_allclose(averaged[:, 1:, 1:], expected, atol=1e-3)


@pytest.mark.parametrize("form", ["gaussian", "generalised", "plateau"])
def test_every_form_keeps_a_flat_colour_and_evens_out_noise(form: str) -> None:
    blur = Blur(form=form, size=9, widths=(1.5, 1.5), shape=1.5)  # type: ignore[arg-type]
    flat = np.full((3, 20, 20), 77, np.float32)
    np.testing.assert_allclose(blur.apply(flat, (20, 20)), flat, atol=1e-3)
    image = planes(30, 30)
    assert blur.apply(image, (30, 30)).std() < image.std() / 2


def test_low_pass_overshoots_beside_an_edge() -> None:
    edge = np.repeat(np.repeat([[[50.0, 200.0]]], 20, axis=2), 30, axis=1).astype(np.float32)
    rung = Ringing(size=21, cutoff=pi / 2).apply(edge, (30, 40))
    assert rung.max() > 205
    assert rung.min() < 45
