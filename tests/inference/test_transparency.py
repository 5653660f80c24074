"""Colours under transparent pixels."""

import numpy as np

from superres.inference.transparency import bleed


def test_visible_pixels_stay_as_they_are() -> None:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (33, 20, 3), np.uint8)
    alpha = random.integers(0, 3, (33, 20)).astype(np.uint8)
    assert np.array_equal(bleed(pixels, alpha)[alpha > 0], pixels[alpha > 0])


def test_hidden_pixels_take_the_only_visible_colour() -> None:
    pixels = np.zeros((37, 21, 3), np.uint16)
    alpha = np.zeros((37, 21), np.uint16)
    pixels[11, 4], alpha[11, 4] = (1000, 50000, 7), 65535
    assert np.all(bleed(pixels, alpha) == (1000, 50000, 7))


def test_hidden_pixels_take_the_colour_of_their_side() -> None:
    pixels = np.zeros((16, 16, 1), np.uint8)
    alpha = np.zeros((16, 16), np.uint8)
    pixels[:, 0], alpha[:, 0] = 10, 255
    pixels[:, 15], alpha[:, 15] = 250, 255
    filled = bleed(pixels, alpha)[..., 0]
    assert np.all(filled[:, 1] == 10)
    assert np.all(filled[:, 14] == 250)


def test_picture_that_is_wholly_hidden_or_wholly_shown_stays_as_it_is() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    for value in (0, 255):
        assert np.array_equal(bleed(pixels, np.full((8, 8), value, np.uint8)), pixels)
