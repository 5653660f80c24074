"""Patches of a pair show the same place."""

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.degradation.presets import preset
from superres.data.patches import Pixels, cut, degraded
from superres.image.resize import resize_integers


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_both_patches_show_the_same_place(scale: int) -> None:
    low = noise(9, 12, 3)
    high = low.repeat(scale, 0).repeat(scale, 1)
    low_patch, high_patch = cut(low, high, top=3, left=5, side=4, scale=scale)
    assert low_patch.shape == (4, 4, 3)
    np.testing.assert_array_equal(low_patch, low[3:7, 5:9])
    np.testing.assert_array_equal(high_patch, low_patch.repeat(scale, 0).repeat(scale, 1))


def test_patches_are_views() -> None:
    low, high = noise(9, 12, 3), noise(18, 24, 3)
    low_patch, high_patch = cut(low, high, top=0, left=0, side=4, scale=2)
    assert np.shares_memory(low_patch, low)
    assert np.shares_memory(high_patch, high)


def image_of(height: int, width: int) -> Pixels:
    return resize_integers(noise(height // 2, width // 2, 3), scale=2)


@pytest.mark.parametrize("name", ["bicubic", "blur-down"])
@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("place", [(0, 0), (1, 2), (13, 5), (5, 11)])
def test_degraded_patch_is_that_of_the_whole_image(name: str, scale: int, place: tuple[int, int]) -> None:
    image = image_of(scale * 26, scale * 24)
    degradation = preset(name).draw(scale, (0,))
    top, left = place
    patch = degraded(image, degradation, top=scale * top, left=scale * left, side=scale * 13)
    whole = degradation(image)[top : top + 13, left : left + 13]
    # A Fourier transform of another length rounds differently once in a while.
    assert np.abs(patch.astype(int) - whole).max() <= 1
    assert (patch != whole).mean() < 0.002


def test_degraded_patch_lies_at_any_high_resolution_place() -> None:
    slope = np.repeat(np.arange(100, dtype=np.uint8)[None, :, None] * 2, 100, axis=0).repeat(3, axis=2)
    patch = degraded(slope, preset("bicubic").draw(4, (0,)), top=3, left=41, side=32)
    # Columns 41 to 44 have a mean of 42.5 and a value of twice that.
    np.testing.assert_allclose(patch[:, :, 0], np.repeat([85 + 8 * np.arange(8)], 8, axis=0), atol=1)
