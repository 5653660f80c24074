"""Colour spaces."""

from typing import Any

import numpy as np
import pytest
import torch

from superres.errors import InvalidImageError
from superres.image.colour import Range, rgb_to_luma, rgb_to_ycbcr, ycbcr_to_rgb

COLOURS = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64).T[:, :, None]

# The documentation of MATLAB's rgb2ycbcr: Y from 16 to 235, Cb and Cr from 16 to 240. The coefficients are
# those of ITU-R BT.601-7, section 2.5.3, in 8 bit: 65.481, 128.553, 24.966 and so on.
STUDIO = [[16, 128, 128], [235, 128, 128], [81.481, 90.203, 240], [144.553, 53.797, 34.214], [40.966, 240, 109.786]]

# JFIF 1.02, page 3: Y = 0.299 R + 0.587 G + 0.114 B, Cb = -0.1687 R - 0.3313 G + 0.5 B + 128, Cr likewise.
FULL = [[0, 128, 128], [255, 128, 128], [76.245, 84.97, 255.5], [149.685, 43.53, 21.23], [29.07, 255.5, 107.26]]


@pytest.mark.parametrize(("form", "expected"), [("studio", STUDIO), ("full", FULL)])
def test_corners_of_the_cube_are_as_the_standard_says(form: Range, expected: list[list[float]]) -> None:
    found = rgb_to_ycbcr(COLOURS, form)[:, :, 0].T * 255
    assert found == pytest.approx(np.array(expected), abs=0.03)


@pytest.mark.parametrize("form", ["studio", "full"])
def test_there_and_back_is_the_same_colour(form: Range) -> None:
    image = np.random.default_rng(0).random((2, 3, 5, 4))
    assert ycbcr_to_rgb(rgb_to_ycbcr(image, form), form) == pytest.approx(image, abs=1e-12)


def test_luma_alone_is_the_first_channel() -> None:
    image = np.random.default_rng(0).random((2, 3, 5, 4))
    assert np.array_equal(rgb_to_luma(image), rgb_to_ycbcr(image)[:, :1])


def test_tensors_and_arrays_give_the_same_values() -> None:
    image = np.random.default_rng(0).random((3, 5, 4))
    converted = rgb_to_ycbcr(torch.from_numpy(image))
    assert isinstance(converted, torch.Tensor)
    assert converted.numpy() == pytest.approx(rgb_to_ycbcr(image), abs=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_of_the_values_stays(dtype: Any) -> None:
    assert rgb_to_ycbcr(COLOURS.astype(dtype)).dtype == dtype


@pytest.mark.parametrize("shape", [(1, 4, 4), (4, 4), (4, 4, 3)])
def test_other_than_three_channels_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidImageError, match=r"needs planes \(\.\.\., 3, height, width\)"):
        rgb_to_luma(np.zeros(shape))
