"""PNG files, written in blocks."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from samples.pictures import noise, slopes

from superres.image import compressed_png
from superres.image.compressed_png import write_png
from superres.image.files import read_picture
from superres.image.picture import Layout, Metadata

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def layout_of(pixels: Any, **metadata: Any) -> Layout:
    height, width, channels = pixels.shape
    told = Metadata(**metadata)
    return Layout(height=height, width=width, channels=channels, dtype=pixels.dtype, metadata=told)


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Of a file, each with a checksum that is right."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found: list[tuple[bytes, bytes]] = []
    place = 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + content)
        found.append((kind, content))
        place += 12 + length
    return found


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 70), (70, 1), (37, 41)])
def test_pixels_are_read_as_they_were(tmp_path: Path, size: tuple[int, int], channels: int, dtype: Any) -> None:
    pixels = noise(*size, channels, dtype=dtype)
    write_png(iter([pixels]), layout_of(pixels), tmp_path / "a.png")
    found = read_picture(tmp_path / "a.png")
    stacked = found.pixels if found.alpha is None else np.dstack([found.pixels, found.alpha])
    np.testing.assert_array_equal(stacked, pixels)
    assert stacked.dtype == dtype


def test_stream_is_one_that_zlib_reads_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed_png, "_BLOCK", 1000)
    pixels = slopes(100, 60)
    write_png(iter([pixels]), layout_of(pixels), tmp_path / "a.png")
    stream = zlib.decompressobj()
    rows = stream.decompress(
        b"".join(content for kind, content in chunks((tmp_path / "a.png").read_bytes()) if kind == b"IDAT")
    )
    assert stream.eof
    assert stream.unused_data == b""
    assert len(rows) == 100 * (1 + 3 * 60)
    with Image.open(tmp_path / "a.png") as image:  # whose decoder is another
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_file_does_not_depend_on_how_strips_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed_png, "_BLOCK", 5000)
    pixels = noise(300, 40, 3)
    write_png(iter([pixels]), layout_of(pixels), tmp_path / "whole.png")
    write_png(iter(np.split(pixels, [1, 2, 100, 101, 250])), layout_of(pixels), tmp_path / "strips.png")
    assert (tmp_path / "whole.png").read_bytes() == (tmp_path / "strips.png").read_bytes()


def test_smooth_picture_takes_nearly_as_little_room_as_with_zlib(tmp_path: Path) -> None:
    waves = np.sin(np.add.outer(np.arange(400) / 17, np.arange(600) / 29)) + noise(400, 600, 1)[..., 0] / 2000
    pixels = np.round(127 + 60 * waves)[..., None].astype(np.uint8).repeat(3, 2)
    write_png(iter([pixels]), layout_of(pixels), tmp_path / "a.png")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=6)
    assert (tmp_path / "a.png").stat().st_size < 1.1 * len(file.getvalue())


def test_profile_notes_and_resolution_are_in_it(tmp_path: Path) -> None:
    pixels = noise(30, 50, 3)
    exif = Image.Exif()
    exif[0x013B] = "A. Artist"
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'
    told = layout_of(pixels, icc=PROFILE, exif=b"Exif\0\0" + exif.tobytes()[6:], xmp=xmp, resolution=(10.0, 20.0))
    write_png(iter([pixels]), told, tmp_path / "a.png")
    kinds = [kind for kind, _ in chunks((tmp_path / "a.png").read_bytes())]
    assert kinds.index(b"iCCP") < kinds.index(b"IDAT")
    assert kinds.count(b"IHDR") == kinds.count(b"IEND") == kinds.count(b"eXIf") == 1
    found = read_picture(tmp_path / "a.png").metadata
    assert (found.icc, found.xmp) == (PROFILE, xmp)
    assert found.resolution == pytest.approx((10.0, 20.0), rel=1e-3)
    with Image.open(tmp_path / "a.png") as image:
        tags = image.getexif()
        assert tags[0x013B] == "A. Artist"
        assert (tags.get_ifd(0x8769)[0xA002], tags.get_ifd(0x8769)[0xA003]) == (50, 30)


def test_what_strips_raise_comes_through(tmp_path: Path) -> None:
    pixels = noise(8, 8, 3)

    def strips() -> Any:
        yield pixels[:4]
        raise KeyError("strips")

    with pytest.raises(KeyError, match="strips"):
        write_png(strips(), layout_of(pixels), tmp_path / "a.png")
