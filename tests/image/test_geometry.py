"""Cropping, padding, flips and turns."""

import numpy as np
import pytest

from superres.errors import InvalidImageError
from superres.image.geometry import ORIENTATIONS, crop_to_multiple, orient, orient_back, pad_to, shave

IMAGE = np.arange(2 * 5 * 7).reshape(2, 5, 7)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_every_flip_and_turn_is_undone(orientation: int) -> None:
    assert np.array_equal(orient_back(orient(IMAGE, orientation), orientation), IMAGE)


def test_flips_and_turns_are_eight_different_ones() -> None:
    square = np.arange(9).reshape(3, 3)
    assert len({orient(square, orientation).tobytes() for orientation in ORIENTATIONS}) == 8


def test_border_is_dropped_on_all_sides() -> None:
    assert np.array_equal(shave(IMAGE, 2), IMAGE[:, 2:3, 2:5])
    assert np.array_equal(shave(IMAGE, 0), IMAGE)


def test_border_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="a border of 3 leaves nothing of an image of 7×5 pixels"):
        shave(IMAGE, 3)


def test_cropping_drops_the_last_rows_and_columns() -> None:
    pixels = np.arange(7 * 8 * 3).reshape(7, 8, 3)
    assert np.array_equal(crop_to_multiple(pixels, 3), pixels[:6, :6])


def test_image_smaller_than_the_multiple_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="too small to be cropped to a multiple of 4"):
        crop_to_multiple(np.zeros((9, 3, 3)), 4)


def test_padding_repeats_the_last_row_and_column() -> None:
    padded = pad_to(IMAGE, 7, 9)
    assert padded.shape == (2, 7, 9)
    assert np.array_equal(padded[:, :5, :7], IMAGE)
    assert np.all(padded[:, 5:] == padded[:, 4:5])
    assert np.all(padded[..., 7:] == padded[..., 6:7])


def test_padding_leaves_large_images_alone() -> None:
    assert pad_to(IMAGE, 5, 3) is IMAGE
