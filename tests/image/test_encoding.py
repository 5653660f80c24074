"""Pictures become files that other programs read as they were."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from samples.pictures import WIDE_SUFFIXES, noise, seen_by_pillow, slopes

from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture

ALL_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif")


def picture_of(height: int, width: int, channels: int, dtype: Any = np.uint8, *, alpha: bool = False) -> Picture:
    return Picture(
        pixels=noise(height, width, channels, dtype=dtype),
        alpha=noise(height, width, dtype=dtype, seed=1) if alpha else None,
    )


@pytest.mark.parametrize("alpha", [False, True], ids=["opaque", "alpha"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", WIDE_SUFFIXES)
@pytest.mark.parametrize("size", [(9, 14), (1, 1)])
def test_png_and_tiff_keep_every_bit(
    tmp_path: Path, size: tuple[int, int], suffix: str, dtype: Any, channels: int, alpha: bool
) -> None:
    picture = picture_of(*size, channels, dtype, alpha=alpha)
    write_picture(tmp_path / f"a{suffix}", picture)
    again = read_picture(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(again.pixels, picture.pixels, strict=True)
    if picture.alpha is None:
        assert again.alpha is None
    else:
        assert again.alpha is not None
        np.testing.assert_array_equal(again.alpha, picture.alpha, strict=True)


@pytest.mark.parametrize(
    ("channels", "alpha", "mode"), [(1, False, "L"), (1, True, "LA"), (3, False, "RGB"), (3, True, "RGBA")]
)
@pytest.mark.parametrize("suffix", WIDE_SUFFIXES)
def test_pillow_reads_the_same_pixels(tmp_path: Path, suffix: str, channels: int, alpha: bool, mode: str) -> None:
    picture = picture_of(9, 14, channels, alpha=alpha)
    write_picture(tmp_path / f"a{suffix}", picture)
    with Image.open(tmp_path / f"a{suffix}") as image:
        assert image.mode == mode
    expected = picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])
    np.testing.assert_array_equal(seen_by_pillow(tmp_path / f"a{suffix}").reshape(9, 14, -1), expected)


def test_tifffile_reads_sixteen_bit_with_alpha_that_is_not_multiplied_in(tmp_path: Path) -> None:
    picture = picture_of(9, 14, 3, np.uint16, alpha=True)
    assert picture.alpha is not None
    write_picture(tmp_path / "a.tif", picture)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.pages.first.extrasamples == (tifffile.EXTRASAMPLE.UNASSALPHA,)
        np.testing.assert_array_equal(file.asarray(), np.dstack([picture.pixels, picture.alpha]), strict=True)


@pytest.mark.parametrize("alpha", [False, True], ids=["opaque", "alpha"])
def test_webp_without_a_quality_keeps_every_bit_even_under_transparency(tmp_path: Path, alpha: bool) -> None:
    picture = picture_of(9, 14, 3, alpha=alpha)
    write_picture(tmp_path / "a.webp", picture)
    again = read_picture(tmp_path / "a.webp")
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    np.testing.assert_array_equal(again.alpha, picture.alpha)


@pytest.mark.parametrize("suffix", ALL_SUFFIXES)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_format_comes_close_at_full_quality(tmp_path: Path, suffix: str, dtype: Any) -> None:
    pixels = slopes(32, 48, dtype)
    write_picture(tmp_path / f"a{suffix}", Picture(pixels=pixels), quality=100)
    again = read_picture(tmp_path / f"a{suffix}").pixels
    white = np.iinfo(dtype).max
    assert np.abs(again / np.iinfo(again.dtype).max - pixels / white).max() < 0.03


@pytest.mark.parametrize("suffix", [".webp", ".avif"])
def test_formats_without_grey_repeat_it(tmp_path: Path, suffix: str) -> None:
    grey = slopes(32, 48)[..., 1:2]
    write_picture(tmp_path / f"a{suffix}", Picture(pixels=grey), quality=100)
    again = read_picture(tmp_path / f"a{suffix}").pixels
    assert again.shape == (32, 48, 3)
    assert np.abs(again.astype(int) - grey).max() <= 3


def test_avif_keeps_twelve_bits(tmp_path: Path) -> None:
    greys = slopes(32, 48, np.uint16)[..., 1:2].repeat(3, axis=2)
    write_picture(tmp_path / "a.avif", Picture(pixels=greys), quality=100)
    again = read_picture(tmp_path / "a.avif").pixels
    assert again.dtype == np.uint16
    assert np.abs(again.astype(int) - greys).max() < 2 * 65535 / 4095


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_sixteen_bit_is_rounded_where_the_format_has_eight(tmp_path: Path, suffix: str) -> None:
    # 128.4 and 128.6 of 255.
    for level, expected in ((32_999, 128), (33_050, 129)):
        pixels = np.full((16, 16, 3), level, np.uint16)
        write_picture(tmp_path / f"a{suffix}", Picture(pixels=pixels), overwrite=True)
        assert (read_picture(tmp_path / f"a{suffix}").pixels == expected).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_transparency_shows_white_in_a_jpeg(tmp_path: Path, dtype: Any) -> None:
    white = int(np.iinfo(dtype).max)
    alpha = np.repeat(np.array([0, white // 5, white], dtype), 16)[None].repeat(16, axis=0)
    picture = Picture(pixels=np.zeros((16, 48, 3), dtype), alpha=alpha)
    write_picture(tmp_path / "a.jpg", picture, quality=100)
    pixels = read_picture(tmp_path / "a.jpg").pixels
    for part, expected in enumerate((255, 204, 0)):
        assert np.abs(pixels[:, 16 * part + 4 : 16 * part + 12].astype(int) - expected).max() <= 2


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".avif"])
def test_lower_quality_makes_a_smaller_file(tmp_path: Path, suffix: str) -> None:
    for quality in (20, 90):
        write_picture(tmp_path / f"{quality}{suffix}", picture_of(48, 48, 3), quality=quality)
    assert (tmp_path / f"20{suffix}").stat().st_size < 0.8 * (tmp_path / f"90{suffix}").stat().st_size


@pytest.mark.parametrize("suffix", ALL_SUFFIXES)
def test_single_pixel_can_be_written(tmp_path: Path, suffix: str) -> None:
    write_picture(tmp_path / f"a{suffix}", Picture(pixels=np.full((1, 1, 3), 200, np.uint8)), quality=100)
    pixels = read_picture(tmp_path / f"a{suffix}").pixels
    assert pixels.shape == (1, 1, 3)
    assert np.abs(pixels.astype(int) - 200).max() <= 3


def test_pixels_may_be_a_view_in_any_order(tmp_path: Path) -> None:
    pixels = noise(3, 14, 9)
    write_picture(tmp_path / "a.png", Picture(pixels=pixels.transpose(2, 1, 0)[::-1]))
    np.testing.assert_array_equal(seen_by_pillow(tmp_path / "a.png"), pixels.transpose(2, 1, 0)[::-1])
