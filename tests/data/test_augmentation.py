"""Flips and turns of pairs."""

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.augmentation import augment
from superres.image.geometry import ORIENTATIONS


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_both_images_are_turned_alike(orientation: int) -> None:
    low = noise(5, 5, 3)
    small, large = augment(low, low.repeat(2, 0).repeat(2, 1), orientation)
    assert small.shape == (3, 5, 5)
    assert np.array_equal(large, small.repeat(2, 1).repeat(2, 2))


def test_eight_orientations_differ() -> None:
    low = noise(5, 5, 3)
    assert len({augment(low, low, orientation)[0].tobytes() for orientation in ORIENTATIONS}) == 8
