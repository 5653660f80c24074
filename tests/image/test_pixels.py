"""Where integers and floating-point planes meet."""

from typing import Any

import numpy as np
import pytest

from superres.image.pixels import round_half_up, to_eight_bit, to_integers, to_planes


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_integer_comes_back(dtype: Any) -> None:
    values = np.arange(np.iinfo(dtype).max + 1).astype(dtype).reshape(-1, 16, 1)
    assert np.array_equal(to_integers(to_planes(values), dtype), values)


def test_planes_are_channels_first_and_white_is_one() -> None:
    planes = to_planes(np.array([[[255, 0, 51]]], np.uint8))
    assert planes.shape == (3, 1, 1)
    assert planes.ravel().tolist() == pytest.approx([1, 0, 0.2])


def test_halves_are_rounded_up_as_matlab_rounds() -> None:
    assert round_half_up(np.array([0.5, 1.5, 2.5, 254.5]), np.uint8).tolist() == [1, 2, 3, 255]


def test_what_leaves_the_range_is_clipped() -> None:
    assert to_integers(np.array([[[-3.0, 0.5, 9.0]]], np.float32), np.uint8).ravel().tolist() == [0, 128, 255]


def test_sixteen_bit_becomes_the_nearest_of_eight() -> None:
    values = np.arange(65536).astype(np.uint16).reshape(256, 256, 1)
    exact = np.floor(values / 257 + 0.5).astype(np.uint8)
    assert np.array_equal(to_eight_bit(values), exact)
    assert to_eight_bit(exact) is exact or np.array_equal(to_eight_bit(exact), exact)
