"""Bicubic reduction."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import InvalidImageError
from superres.image.files import image_files, read_picture
from superres.image.geometry import crop_to_multiple
from superres.image.pixels import to_eight_bit


@pytest.mark.data
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_low_resolution_images_of_set_five_come_out_identical(superres_data: Path, scale: int) -> None:
    # Made by MATLAB's imresize; distributed with SwinIR.
    folder = superres_data / "testsets" / "Set5"
    lows = {path.stem.removesuffix(f"x{scale}"): path for path in image_files(folder / "LR_bicubic" / f"X{scale}")}
    highs = image_files(folder / "HR")
    assert len(highs) == 5
    for path in highs:
        high = crop_to_multiple(to_eight_bit(read_picture(path).pixels), scale)
        assert np.array_equal(bicubic_reduction(high, scale), read_picture(lows[path.stem]).pixels)


def test_size_that_is_no_multiple_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="crop it to a multiple of 3 first"):
        bicubic_reduction(noise(9, 10, 3), 3)
