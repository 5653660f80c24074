"""Aligned patches."""

import numpy as np
from samples.pictures import noise

from superres.data.patches import cut


def test_both_patches_show_the_same_piece() -> None:
    low = noise(9, 12, 3)
    high = low.repeat(4, 0).repeat(4, 1)
    small, large = cut(low, high, top=2, left=5, side=6, scale=4)
    assert np.array_equal(small, low[2:8, 5:11])
    assert np.array_equal(large, small.repeat(4, 0).repeat(4, 1))


def test_patches_are_views() -> None:
    low, high = noise(9, 12, 3), noise(18, 24, 3)
    small, large = cut(low, high, top=0, left=0, side=4, scale=2)
    assert np.shares_memory(small, low)
    assert np.shares_memory(large, high)
