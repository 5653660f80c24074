"""Files that other programs made become pictures with their pixels, or an error that says why not."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image, ImageOps
from samples.pictures import noise, png_header, png_of, slopes

from superres.errors import ImageTooLargeError, InvalidImageError, UnreadableFileError
from superres.image.files import read_picture
from superres.image.picture import Picture

ALL_SUFFIXES = (".png", ".jpg", ".webp", ".tif", ".avif", ".gif")


def whole(picture: Picture) -> Any:
    """Pixels and alpha in one array."""
    return picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_every_kind_of_pixels_is_read_as_pillow_reads_it(tmp_path: Path, suffix: str, mode: str) -> None:
    source = Image.fromarray(noise(9, 14, 4)).convert("RGB" if mode == "P" else "RGBA").convert(mode)
    source.save(tmp_path / f"a{suffix}")
    seen = np.asarray(source.convert({"1": "L", "P": "RGB"}.get(mode, mode)))
    np.testing.assert_array_equal(whole(read_picture(tmp_path / f"a{suffix}")), seen.reshape(9, 14, -1))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bit_png_keeps_every_bit(tmp_path: Path, channels: int) -> None:
    values = noise(5, 7, channels, dtype=np.uint16)
    (tmp_path / "a.png").write_bytes(png_of(values))
    np.testing.assert_array_equal(whole(read_picture(tmp_path / "a.png")), values, strict=True)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bit_tiff_keeps_every_bit(tmp_path: Path, channels: int) -> None:
    values = noise(5, 7, channels, dtype=np.uint16)
    options: dict[str, Any] = {"photometric": "rgb", "planarconfig": "contig"} if channels > 1 else {}
    if channels == 4:
        options["extrasamples"] = ["unassalpha"]
    tifffile.imwrite(tmp_path / "a.tif", values if channels > 1 else values[..., 0], **options)
    np.testing.assert_array_equal(whole(read_picture(tmp_path / "a.tif")), values, strict=True)


def test_palette_with_a_transparent_entry_becomes_colour_with_alpha(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.save(tmp_path / "a.png", transparency=1)
    picture = read_picture(tmp_path / "a.png")
    assert picture.pixels[0].tolist() == [[255, 0, 0], [0, 0, 255]]
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[255, 0], [0, 255]]


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_transparent_web_formats_keep_their_alpha(tmp_path: Path, suffix: str) -> None:
    values = np.dstack([np.full((4, 6, 3), (10, 200, 30), np.uint8), np.repeat([[0], [255]], 12)[:24].reshape(4, 6)])
    Image.fromarray(values.astype(np.uint8)).save(tmp_path / f"a{suffix}", lossless=True)
    picture = read_picture(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(picture.alpha, values[..., 3])
    assert (picture.pixels[picture.alpha == 255] == (10, 200, 30)).all()


@pytest.mark.parametrize(
    ("inks", "low", "high"),
    [((0, 0, 0, 0), (245, 245, 245), (255, 255, 255)), ((255, 0, 0, 0), (0, 100, 180), (80, 200, 255)),
     ((0, 255, 255, 0), (200, 0, 0), (255, 80, 80)), ((255, 255, 255, 255), (0, 0, 0), (60, 60, 60))],
)  # fmt: skip
def test_inks_of_a_cmyk_jpeg_become_their_colours(
    tmp_path: Path, inks: tuple[int, ...], low: tuple[int, ...], high: tuple[int, ...]
) -> None:
    Image.new("CMYK", (8, 8), inks).save(tmp_path / "a.jpg", quality=95)
    pixels = read_picture(tmp_path / "a.jpg").pixels
    assert pixels.shape == (8, 8, 3)
    assert (np.array(low) <= pixels).all()
    assert (pixels <= np.array(high)).all()


def test_lab_becomes_its_colour_without_the_profile_of_lab(tmp_path: Path) -> None:
    red = np.full((5, 5, 3), (53.24, 80.09, 67.2), np.float32)  # sRGB red in CIE Lab, D65
    image: Any = pyvips.Image.new_from_array(red, interpretation="lab")
    image.colourspace("labs").tiffsave(str(tmp_path / "a.tif"))
    picture = read_picture(tmp_path / "a.tif")
    assert picture.pixels.dtype == np.uint16
    assert np.abs(picture.pixels / 257.0 - (255, 0, 0)).max() < 2
    assert picture.metadata.icc is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".jpg"])
def test_orientation_is_applied_as_pillow_applies_it(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"a{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = Image.fromarray(np.dstack([slopes(10, 6), np.full((10, 6), 255, np.uint8)])).convert("RGB")
    source.save(path, exif=exif, lossless=True, quality=95)
    with Image.open(path) as image:
        upright = np.asarray(ImageOps.exif_transpose(image))
    difference = read_picture(path).pixels.astype(int) - upright
    assert np.abs(difference).max() <= (2 if suffix == ".jpg" else 0)


def test_avif_is_turned_once(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    greys = slopes(10, 6)[..., :1].repeat(3, axis=2)
    Image.fromarray(greys).save(tmp_path / "a.avif", exif=exif, quality=95)
    assert np.abs(read_picture(tmp_path / "a.avif").pixels - np.rot90(greys, -1).astype(int)).max() < 6


@pytest.mark.parametrize("suffix", [".tif", ".gif", ".webp", ".png", ".avif"])
def test_first_page_or_frame_is_what_is_read(tmp_path: Path, suffix: str) -> None:
    pages = [Image.new("RGB", (8, 6), colour) for colour in ((250, 20, 20), (20, 20, 250))]
    pages[0].save(tmp_path / f"a{suffix}", save_all=True, append_images=pages[1:])
    pixels = read_picture(tmp_path / f"a{suffix}").pixels
    assert pixels.shape == (6, 8, 3)
    assert np.abs(pixels.astype(int) - (250, 20, 20)).max() < 8


def test_content_counts_and_not_the_name(tmp_path: Path) -> None:
    Image.fromarray(noise(3, 4, 3)).save(tmp_path / "a.jpg", format="PNG")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.jpg").pixels, noise(3, 4, 3))


@pytest.mark.parametrize("name", ["日本 ü.png", "a[page=1]", "a.png[n=2]", "%20;$(x).png", "ü" * 125 + ".png"])
def test_strange_names_are_only_names(tmp_path: Path, name: str) -> None:
    Image.fromarray(noise(3, 4, 3)).save(tmp_path / name, format="PNG")
    np.testing.assert_array_equal(read_picture(tmp_path / name).pixels, noise(3, 4, 3))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_name_that_is_no_utf8_can_be_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png"))
    path.write_bytes(png_of(noise(3, 4, 3)))
    np.testing.assert_array_equal(read_picture(path).pixels, noise(3, 4, 3))


@pytest.mark.parametrize("suffix", [".webp", ".jpg", ".png", ".tif", ".gif"])
def test_changed_file_is_read_anew(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    exif = Image.Exif()
    exif[0x0112] = 6
    for level in (0, 255):
        Image.new("RGB", (8, 8), (level, level, level)).save(path, exif=exif)
        assert (read_picture(path).pixels == level).all()


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
@pytest.mark.parametrize("suffix", ALL_SUFFIXES)
def test_no_file_stays_open(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(noise(20, 20, 3)).save(path)
    read_picture(path)
    assert path not in [entry.resolve() for entry in Path("/proc/self/fd").iterdir()]


@pytest.mark.parametrize("suffix", ALL_SUFFIXES)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_truncated_file_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(noise(40, 60, 3)).save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(UnreadableFileError, match="damaged, truncated"):
        read_picture(path)


def test_png_with_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    content = bytearray(png_of(noise(40, 60, 3)))
    content[1000] ^= 1
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_picture(tmp_path / "a.png")


def test_jpeg_with_bytes_too_many_is_read(tmp_path: Path) -> None:
    Image.fromarray(slopes(8, 8)).save(tmp_path / "a.jpg")
    whole_file = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "b.jpg").write_bytes(whole_file[:2] + bytes(3) + whole_file[2:] + bytes(100))
    np.testing.assert_array_equal(read_picture(tmp_path / "b.jpg").pixels, read_picture(tmp_path / "a.jpg").pixels)


@pytest.mark.parametrize("content", [b"hello", b"\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"BM"])
def test_what_is_no_image_is_refused_by_its_first_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UnreadableFileError, match="begins like none; PNG, JPEG, WebP, TIFF, AVIF, GIF, HEIC, BMP, PNM"):
        read_picture(tmp_path / "a.png")


def test_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    with pytest.raises(UnreadableFileError, match="it is empty"):
        read_picture(tmp_path / "a.png")


def test_damaged_heic_photograph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    with pytest.raises(UnreadableFileError, match="it is damaged"):
        read_picture(tmp_path / "a.heic")


def test_bomb_is_refused_from_its_header(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_header(100_000, 100_000) + png_of(noise(20, 20, 3))[33:])
    with pytest.raises(ImageTooLargeError, match="claims 100000×100000 pixels, more than the limit of 300 million"):
        read_picture(tmp_path / "a.png")


def test_limit_of_pixels_is_the_largest_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_of(noise(4, 5, 3)))
    assert read_picture(tmp_path / "a.png", max_pixels=20).width == 5
    with pytest.raises(ImageTooLargeError, match="a higher limit can be given"):
        read_picture(tmp_path / "a.png", max_pixels=19)


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4), np.float32))
    with pytest.raises(InvalidImageError, match="type float; convert it to 8 or 16 bit"):
        read_picture(tmp_path / "a.tif")


def test_more_than_four_channels_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", noise(4, 4, 5), photometric="minisblack", planarconfig="contig")
    with pytest.raises(InvalidImageError, match="has 5 channels"):
        read_picture(tmp_path / "a.tif")


@pytest.mark.parametrize("suffix", ALL_SUFFIXES)
def test_single_pixel_is_an_image(tmp_path: Path, suffix: str) -> None:
    Image.new("RGB", (1, 1), (200, 200, 200)).save(tmp_path / f"a{suffix}")
    pixels = read_picture(tmp_path / f"a{suffix}").pixels
    assert pixels.shape == (1, 1, 3)
    assert np.abs(pixels.astype(int) - 200).max() <= 3
