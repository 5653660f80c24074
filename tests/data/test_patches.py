"""Patches of a pair show the same place."""

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.patches import cut


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
