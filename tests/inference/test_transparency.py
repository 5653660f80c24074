"""Colours under transparent pixels."""

import numpy as np

from superres.image.picture import Layout
from superres.inference.transparency import BLOCK, bled, bleed


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


def test_strips_are_filled_as_the_whole_is() -> None:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (1300, 40, 4), np.uint8)
    pixels[..., 3] = np.where(random.random((1300, 40)) < 2e-4, 255, 0)
    pixels[900:, :, 3] = 0
    whole = bleed(pixels[..., :3], pixels[..., 3])
    layout = Layout(height=1300, width=40, channels=4, dtype=pixels.dtype)
    strips = np.concatenate(list(bled(iter(np.split(pixels, [100, 101, 700])), layout)))
    assert np.array_equal(strips[..., :3], whole)
    assert np.array_equal(strips[..., 3], pixels[..., 3])


def test_pixels_far_from_all_that_shows_keep_what_they_have() -> None:
    pixels = np.full((800, 8, 1), 50, np.uint8)
    alpha = np.zeros((800, 8), np.uint8)
    pixels[0], alpha[0] = 200, 255
    filled = bleed(pixels, alpha)[:, 0, 0]
    assert np.all(filled[: 2 * BLOCK] == 200)
    assert np.all(filled[2 * BLOCK :] == 50)
