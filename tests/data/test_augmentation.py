"""Flips and turns treat both images of a pair alike."""

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.augmentation import augment
from superres.image.geometry import ORIENTATIONS


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_pair_still_fits_together(orientation: int) -> None:
    low = noise(5, 7, 3)
    turned_low, turned_high = augment(low, low.repeat(3, 0).repeat(3, 1), orientation)
    np.testing.assert_array_equal(turned_high, turned_low.repeat(3, 1).repeat(3, 2))


def test_colours_stay_in_their_planes() -> None:
    low = np.full((5, 7, 3), (10, 20, 30), np.uint8)
    for orientation in ORIENTATIONS:
        assert augment(low, low, orientation)[0].reshape(3, -1).T.tolist() == [[10, 20, 30]] * 35
