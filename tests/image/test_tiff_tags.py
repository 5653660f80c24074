"""EXIF in TIFF files, which other programs read as well."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from samples.pictures import noise

from superres.image.files import read_picture, write_picture
from superres.image.picture import Metadata, Picture
from superres.image.tiff_tags import tags_of


def photograph() -> Image.Exif:
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x013B], tags[0x0112] = "ACME", "Camera 9", "A. Artist", 6
    tags.get_ifd(0x8769).update({0x829A: 0.01, 0x9003: "2026:05:01 10:00:00", 0xA002: 7, 0xA003: 5})
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 15.25)})
    return tags


def pixels_of(channels: int, dtype: Any) -> Any:
    return noise(20, 30, channels, dtype=dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_tags_are_written_and_the_pixels_are_as_they_were(tmp_path: Path, channels: int, dtype: Any) -> None:
    pixels = pixels_of(channels, dtype)
    write_picture(tmp_path / "a.tif", Picture(pixels=pixels, metadata=Metadata(exif=photograph().tobytes())))
    np.testing.assert_array_equal(read_picture(tmp_path / "a.tif").pixels, pixels)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        np.testing.assert_array_equal(file.asarray().reshape(pixels.shape), pixels)
        tags = file.pages.first.tags
        assert (tags["Make"].value, tags["Artist"].value) == ("ACME", "A. Artist")
        assert tags["ExifTag"].value["DateTimeOriginal"] == "2026:05:01 10:00:00"
        assert (tags["ExifTag"].value["PixelXDimension"], tags["ExifTag"].value["PixelYDimension"]) == (30, 20)
        assert tags["GPSTag"].value["GPSLatitudeRef"] == "N"
        assert "Orientation" not in tags or tags["Orientation"].value == 1


@pytest.mark.parametrize("target", [".jpg", ".png", ".webp", ".tif"])
def test_tags_of_a_file_from_elsewhere_are_read(tmp_path: Path, target: str) -> None:
    exif = photograph()
    del exif[0x0112]
    Image.fromarray(pixels_of(3, np.uint8)).save(tmp_path / "a.tif", exif=exif.tobytes())
    write_picture(tmp_path / f"b{target}", read_picture(tmp_path / "a.tif"))
    with Image.open(tmp_path / f"b{target}") as image:
        found = image.getexif()
        assert (found[0x0110], found[0x013B]) == ("Camera 9", "A. Artist")
        assert found.get_ifd(0x8769)[0x9003] == "2026:05:01 10:00:00"
        assert found.get_ifd(0x8825)[1] == "N"


def test_file_without_tags_has_none(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.tif", Picture(pixels=pixels_of(3, np.uint8)))
    assert tags_of(tmp_path / "a.tif") == (None, None)


@pytest.mark.parametrize("place", [0xFFFFFFF0, 4, 0])
def test_directory_that_lies_elsewhere_costs_no_picture(tmp_path: Path, place: int) -> None:
    write_picture(
        tmp_path / "a.tif", Picture(pixels=pixels_of(3, np.uint8), metadata=Metadata(exif=photograph().tobytes()))
    )
    data = bytearray((tmp_path / "a.tif").read_bytes())
    pointer = data.rindex(struct.pack("<HHL", 0x8769, 4, 1)) + 8
    data[pointer : pointer + 4] = struct.pack("<L", place)
    (tmp_path / "a.tif").write_bytes(data)
    assert read_picture(tmp_path / "a.tif").pixels.shape == (20, 30, 3)
