"""Every file becomes 8-bit RGB."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise, png_of

from superres.data.datasets.rgb import read_rgb
from superres.errors import InvalidImageError


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_is_repeated_alpha_is_dropped_and_depth_is_eight_bit(tmp_path: Path, channels: int, dtype: type) -> None:
    values = noise(6, 7, channels, dtype=dtype)
    (tmp_path / "a.png").write_bytes(png_of(values))
    colours = values[..., :3] if channels > 2 else values[..., :1].repeat(3, axis=2)
    eight = np.floor(colours / (257 if dtype is np.uint16 else 1) + 0.5).astype(np.uint8)
    np.testing.assert_array_equal(read_rgb(tmp_path / "a.png"), eight, strict=True)


def test_last_rows_and_columns_go_until_both_sides_are_multiples(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_of(noise(13, 20, 3)))
    np.testing.assert_array_equal(read_rgb(tmp_path / "a.png", multiple_of=6), noise(13, 20, 3)[:12, :18])


def test_image_smaller_than_the_multiple_is_named(tmp_path: Path) -> None:
    (tmp_path / "small.png").write_bytes(png_of(noise(3, 20, 3)))
    with pytest.raises(InvalidImageError, match=r"small\.png: an image of 20×3 pixels is too small"):
        read_rgb(tmp_path / "small.png", multiple_of=4)
