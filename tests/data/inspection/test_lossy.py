"""JPEG leaves traces that a lossless file keeps."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.datasets.rgb import read_rgb
from superres.data.degradation.compression import JPEG
from superres.data.degradation.planes import Pixels, pixels_of, planes_of
from superres.data.inspection.lossy import TRACED_FROM, jpeg_traces
from superres.image.files import image_files
from superres.image.resize import resize_integers


def picture(side: int = 120) -> Pixels:
    """Something at every frequency, less at the high ones, as in photographs."""
    layers = [resize_integers(noise(side // step, side // step, 3, seed=step), scale=step) for step in (1, 3, 8, 24)]
    return np.average(layers, axis=0, weights=(0.02, 0.08, 0.3, 0.6)).astype(np.uint8)


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    return pixels_of(JPEG(quality=quality).apply(planes_of(pixels), (0, 0)))


def test_untouched_picture_has_no_traces() -> None:
    assert jpeg_traces(picture()) < TRACED_FROM / 2


@pytest.mark.parametrize("quality", [40, 75, 90])
@pytest.mark.parametrize("offset", [(0, 0), (3, 5)])
def test_traces_are_found_after_any_crop(quality: int, offset: tuple[int, int]) -> None:
    assert jpeg_traces(as_jpeg(picture(), quality)[offset[0] :, offset[1] :]) > TRACED_FROM


def test_flat_and_tiny_images_have_none() -> None:
    assert jpeg_traces(np.full((64, 64, 3), 9, np.uint8)) == 0
    assert jpeg_traces(noise(15, 64, 3)) == 0


@pytest.mark.data
def test_kodak_photographs_are_told_from_their_jpegs(superres_data: Path) -> None:
    for path in image_files(superres_data / "validation" / "Kodak24")[::4]:
        pixels = read_rgb(path)[:300, :300]
        assert jpeg_traces(pixels) < TRACED_FROM / 2
        assert jpeg_traces(as_jpeg(pixels, 92)) > 2 * TRACED_FROM
