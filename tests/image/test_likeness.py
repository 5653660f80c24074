"""Mean colours of the parts of a picture."""

from typing import Any

import numpy as np
import pytest
from samples.pictures import noise

from superres.image.likeness import Means, drift
from superres.image.picture import Picture


def means(pixels: Any, step: int = 1, alpha: Any = None, rows: int = 37) -> Means:
    picture = Picture(pixels=pixels, alpha=alpha)
    values = pixels if alpha is None else np.dstack([pixels, alpha])
    found = Means(picture.layout, step)
    for top in range(0, len(values), rows):
        found.see(values[top : top + rows])
    return found


def test_parts_have_the_means_of_their_pixels() -> None:
    pixels = noise(160, 240, 3)
    expected = pixels.reshape(8, 20, 8, 30, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(means(pixels).values, expected, rtol=1e-5)


def test_small_picture_is_one_part() -> None:
    pixels = noise(20, 30, 1)
    np.testing.assert_allclose(means(pixels).values, pixels.mean(axis=(0, 1), keepdims=True), rtol=1e-5)


@pytest.mark.parametrize("step", [2, 3, 4])
def test_repeated_pixels_are_the_same_picture(step: int) -> None:
    pixels = noise(150, 170, 3)
    after = means(pixels.repeat(step, 0).repeat(step, 1), step, rows=101)
    assert drift(means(pixels), after) == pytest.approx((0, 0), abs=1e-4)


def test_sixteen_bit_is_compared_with_eight() -> None:
    pixels = noise(150, 170, 3)
    assert drift(means(pixels), means(pixels.astype(np.uint16) * 257)) == pytest.approx((0, 0), abs=1e-3)


def test_drift_is_that_of_all_and_of_the_worst_part() -> None:
    pixels = np.full((160, 160, 3), 100, np.uint8)
    other = pixels.copy()
    other[:20, :20, 2] = 228
    brightness, worst = drift(means(pixels), means(other))
    assert brightness == pytest.approx(128 / 64 / 3, rel=1e-4)
    assert worst == pytest.approx(128, rel=1e-4)


def test_colours_that_nobody_sees_do_not_count() -> None:
    pixels, alpha = noise(40, 40, 3), np.zeros((40, 40), np.uint8)
    assert drift(means(pixels, alpha=alpha), means(255 - pixels, alpha=alpha)) == (0, 0)
