"""Enlarged images have nothing at high frequencies."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.datasets.rgb import read_rgb
from superres.data.inspection.luma import middle
from superres.data.inspection.sharpness import EMPTY_BELOW, spectrum_filling
from superres.image.files import image_files
from superres.image.resize import Kernel, resize_integers


def test_noise_fills_its_spectrum() -> None:
    assert spectrum_filling(noise(128, 128, 3)) > 0.5


def test_enlarged_picture_does_not() -> None:
    # Of some structure at every frequency, more at the low ones, as in photographs.
    layers = [resize_integers(noise(128 // step, 128 // step, 3, seed=step), scale=step) for step in (1, 2, 4, 8, 16)]
    pixels = np.mean(layers, axis=0).astype(np.uint8)
    assert spectrum_filling(pixels) > EMPTY_BELOW
    assert spectrum_filling(resize_integers(pixels, scale=2)) < EMPTY_BELOW


def test_flat_and_tiny_images_are_not_blamed() -> None:
    assert spectrum_filling(np.full((64, 64, 3), 9, np.uint8)) == 1
    assert spectrum_filling(noise(31, 200, 3)) == 1


@pytest.mark.data
@pytest.mark.parametrize("kernel", ["bilinear", "bicubic", "lanczos3"])
@pytest.mark.parametrize("scale", [2, 4])
def test_kodak_photographs_are_told_from_their_enlargements(superres_data: Path, kernel: Kernel, scale: int) -> None:
    for path in image_files(superres_data / "validation" / "Kodak24")[::6]:
        pixels = middle(read_rgb(path), 384)
        enlarged = resize_integers(resize_integers(pixels, scale=1 / scale), scale=scale, kernel=kernel)
        assert spectrum_filling(pixels) > 2 * EMPTY_BELOW
        assert spectrum_filling(enlarged) < EMPTY_BELOW / 2
