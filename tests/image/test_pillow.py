"""Bitmaps, PNM, TGA, DDS and JPEG 2000 become pictures with their pixels."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from samples.pictures import noise, slopes

from superres.errors import ImageTooLargeError, UnreadableFileError
from superres.image.files import image_files, read_picture
from superres.image.picture import Picture

COLOURS = [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 8, 7]]]


def whole(picture: Picture) -> Any:
    """Pixels and alpha in one array."""
    return picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])


def bitmap(width: int, height: int, rows: bytes, per_metre: int = 0) -> bytes:
    """A Windows bitmap of 24 bit, as its header of 40 bytes has it."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), per_metre, per_metre, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + header + rows


def read(tmp_path: Path, name: str, content: bytes) -> Picture:
    (tmp_path / name).write_bytes(content)
    return read_picture(tmp_path / name)


def test_bitmap_stands_on_its_feet_and_its_rows_are_filled_to_four_bytes(tmp_path: Path) -> None:
    # Blue, green, red; the lowest row first.
    rows = bytes([255, 0, 0, 7, 8, 9, 0, 0]) + bytes([0, 0, 255, 0, 255, 0, 0, 0])
    assert read(tmp_path, "a.bmp", bitmap(2, 2, rows)).pixels.tolist() == COLOURS


def test_bitmap_of_negative_height_begins_above(tmp_path: Path) -> None:
    rows = bytes([0, 0, 255, 0, 255, 0, 0, 0]) + bytes([255, 0, 0, 7, 8, 9, 0, 0])
    assert read(tmp_path, "a.bmp", bitmap(2, -2, rows)).pixels.tolist() == COLOURS


def test_bitmap_says_its_resolution(tmp_path: Path) -> None:
    resolution = read(tmp_path, "a.bmp", bitmap(1, 1, bytes(4), per_metre=3937)).metadata.resolution
    assert resolution == pytest.approx((3.937, 3.937), rel=1e-3)
    assert read(tmp_path, "b.bmp", bitmap(1, 1, bytes(4))).metadata.resolution is None


@pytest.mark.parametrize(
    ("content", "pixels"),
    [
        (b"P3\n# of colours\n2 2\n255\n255 0 0  0 255 0\n0 0 255  9 8 7\n", COLOURS),
        (b"P6 2 2 255\n" + bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7]), COLOURS),
        (b"P5 2 1 255\n\x00\x80", [[[0], [128]]]),
        (b"P2 2 1 15\n0 15", [[[0], [255]]]),
        (b"P1 3 1\n1 0 1", [[[0], [255], [0]]]),
        (b"P4 3 1\n\xa0", [[[0], [255], [0]]]),
    ],
)
def test_every_kind_of_pnm_is_read(tmp_path: Path, content: bytes, pixels: list[Any]) -> None:
    assert read(tmp_path, "a.pnm", content).pixels.tolist() == pixels


def test_grey_of_sixteen_bit_keeps_every_bit(tmp_path: Path) -> None:
    values = noise(5, 7, 1, dtype=np.uint16)
    picture = read(tmp_path, "a.pgm", b"P5 7 5 65535\n" + values.astype(">u2").tobytes())
    np.testing.assert_array_equal(picture.pixels, values, strict=True)
    Image.fromarray(values[..., 0]).save(tmp_path / "a.jp2", irreversible=False)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.jp2").pixels, values, strict=True)


def test_tga_is_known_by_its_name_and_begins_below(tmp_path: Path) -> None:
    header = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, 2, 2, 24, 0)
    rows = bytes([255, 0, 0, 7, 8, 9]) + bytes([0, 0, 255, 0, 255, 0])
    assert read(tmp_path, "a.TGA", header + rows).pixels.tolist() == COLOURS


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize(
    ("suffix", "options"),
    [(".tga", {}), (".tga", {"compression": "tga_rle"}), (".dds", {}), (".jp2", {}), (".j2k", {})],
)
def test_every_kind_of_pixels_comes_back_from_formats_that_lose_nothing(
    tmp_path: Path, suffix: str, options: dict[str, Any], mode: str
) -> None:
    values = noise(9, 140, 4)
    source = Image.fromarray(values).convert(mode)
    source.save(tmp_path / f"a{suffix}", **options)
    np.testing.assert_array_equal(whole(read_picture(tmp_path / f"a{suffix}")), np.asarray(source).reshape(9, 140, -1))


def test_palette_and_one_bit_become_colour_and_grey(tmp_path: Path) -> None:
    source = Image.fromarray(slopes(9, 14))
    source.quantize(16).save(tmp_path / "a.bmp")
    source.convert("1").save(tmp_path / "b.bmp")
    np.testing.assert_array_equal(
        read_picture(tmp_path / "a.bmp").pixels, np.asarray(source.quantize(16).convert("RGB"))
    )
    np.testing.assert_array_equal(
        read_picture(tmp_path / "b.bmp").pixels[..., 0], np.asarray(source.convert("1").convert("L"))
    )


def test_images_higher_than_a_strip_are_whole(tmp_path: Path) -> None:
    values = noise(300, 3, 3)
    Image.fromarray(values).save(tmp_path / "a.ppm")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.ppm").pixels, values)


@pytest.mark.parametrize("suffix", [".bmp", ".ppm", ".tga", ".dds", ".jp2"])
def test_half_a_file_is_damaged(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(noise(40, 60, 3)).save(tmp_path / f"a{suffix}")
    half = (tmp_path / f"a{suffix}").read_bytes()[:2000]
    with pytest.raises(UnreadableFileError, match="it is damaged, truncated or of a kind that is not known"):
        read(tmp_path, f"b{suffix}", half)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.tga", b"hello, this is no image"), ("a.ppm", b"P6 is a chip"), ("a.bmp", b"DDS " + bytes(9))],
)
def test_what_only_begins_like_one_is_damaged(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="it is damaged"):
        read(tmp_path, name, content)


def test_text_that_begins_with_the_letters_of_a_bitmap_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="begins like none"):
        read(tmp_path, "a.bmp", b"BMW makes cars and motorcycles")


def test_more_pixels_than_the_limit_are_refused_from_the_header(tmp_path: Path) -> None:
    (tmp_path / "a.ppm").write_bytes(b"P6 9000 9000 255\n")
    with pytest.raises(ImageTooLargeError, match="claims 9000×9000 pixels, more than the limit of 1 million"):
        read_picture(tmp_path / "a.ppm", max_pixels=1_000_000)


def test_folders_are_looked_through_for_them(tmp_path: Path) -> None:
    for name in ("a.bmp", "b.PPM", "c.tga", "d.jp2", "e.dds"):
        (tmp_path / name).touch()
    assert [path.name for path in image_files(tmp_path)] == ["a.bmp", "b.PPM", "c.tga", "d.jp2", "e.dds"]
