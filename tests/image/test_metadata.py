"""What belongs to a picture and is not pixels goes along, and nothing asks for a second turn."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps, IptcImagePlugin
from samples.pictures import noise, slopes

from superres.image.files import read_picture, write_picture
from superres.image.picture import Metadata, Picture

ALL_SUFFIXES = (".png", ".jpg", ".webp", ".tif", ".avif")
EXIF_SUFFIXES = (".png", ".jpg", ".webp", ".avif")
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="T" '
    b'tiff:Orientation="%d"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
RECORDS = b"\x1c\x02\x78\0\x07caption"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0c\x1c\x02\x78\0\x07caption"
"""A caption, 2:120 of IPTC-IIM 4.2, in the resource 0x0404 of Adobe's Photoshop file format."""


def exif(orientation: int = 1) -> Image.Exif:
    """Who, when, how and where."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "ACME (Berlin)"
    tags[0x013B] = "A. Artist"
    tags[0x8298] = "(c) the artist"
    tags[0x0132] = "2020:01:02 03:04:05"
    tags.get_ifd(0x8769).update(
        {0x9003: "2020:01:02 03:04:05", 0x8827: 400, 0xA434: "50mm (prime)", 0x927C: b"\1\2note"}
    )
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 15.25), 3: "E", 4: (13.0, 24.0, 1.5), 5: b"\0", 6: 34.5})
    return tags


def seen_tags(path: Path) -> dict[int, Any]:
    """EXIF tags of all folders as Pillow reads them."""
    with Image.open(path) as image:
        tags = image.getexif()
        return {**tags, **tags.get_ifd(0x8769), **tags.get_ifd(0x8825)}


def seen_info(path: Path) -> dict[Any, Any]:
    with Image.open(path) as image:
        return dict(image.info)


def photograph(path: Path, **extras: Any) -> Picture:
    """A picture read from a file that Pillow wrote, rows and columns different."""
    Image.fromarray(slopes(12, 20)).save(path, **extras)
    return read_picture(path)


@pytest.mark.parametrize("target", ALL_SUFFIXES)
@pytest.mark.parametrize("source", ALL_SUFFIXES)
def test_colour_profile_is_kept_byte_for_byte(tmp_path: Path, source: str, target: str) -> None:
    picture = photograph(tmp_path / f"a{source}", icc_profile=ICC)
    assert picture.metadata.icc == ICC
    write_picture(tmp_path / f"b{target}", picture)
    assert seen_info(tmp_path / f"b{target}")["icc_profile"] == ICC


def test_grey_picture_keeps_its_profile(tmp_path: Path) -> None:
    # PNG allows profiles of grey only with grey pixels; which they are stands at byte 16 (ICC.1:2022, 7.2).
    grey = ICC[:16] + b"GRAY" + ICC[20:]
    write_picture(tmp_path / "a.png", Picture(pixels=noise(4, 5, 1), metadata=Metadata(icc=grey)))
    assert seen_info(tmp_path / "a.png")["icc_profile"] == grey


@pytest.mark.parametrize("target", EXIF_SUFFIXES)
@pytest.mark.parametrize("source", EXIF_SUFFIXES)
def test_author_camera_and_place_are_kept(tmp_path: Path, source: str, target: str) -> None:
    picture = photograph(tmp_path / f"a{source}", exif=exif())
    write_picture(tmp_path / f"b{target}", picture)
    kept = seen_tags(tmp_path / f"b{target}")
    expected = {tag: value for tag, value in seen_tags(tmp_path / f"a{source}").items() if tag not in (0x8769, 0x8825)}
    assert {tag: kept.get(tag) for tag in expected} == expected


@pytest.mark.parametrize("target", ALL_SUFFIXES)
@pytest.mark.parametrize("source", [".jpg", ".webp", ".avif", ".tif"])
def test_xmp_is_kept_byte_for_byte(tmp_path: Path, source: str, target: str) -> None:
    xmp = XMP % 1
    extras: dict[str, Any] = {"tiffinfo": {700: xmp}} if source == ".tif" else {"xmp": xmp}
    picture = photograph(tmp_path / f"a{source}", **extras)
    assert picture.metadata.xmp == xmp
    write_picture(tmp_path / f"b{target}", picture)
    assert read_picture(tmp_path / f"b{target}").metadata.xmp == xmp
    info = seen_info(tmp_path / f"b{target}")
    kept = info.get("xmp") or info["XML:com.adobe.xmp"].encode()
    assert kept == xmp


def test_caption_stays_in_a_jpeg(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", Picture(pixels=slopes(8, 8), metadata=Metadata(iptc=IPTC)))
    with Image.open(tmp_path / "a.jpg") as image:
        assert (IptcImagePlugin.getiptcinfo(image) or {})[2, 120] == b"caption"
    assert read_picture(tmp_path / "a.jpg").metadata.iptc == IPTC


def test_caption_goes_from_jpeg_to_tiff_and_back(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", Picture(pixels=slopes(8, 8), metadata=Metadata(iptc=IPTC)))
    write_picture(tmp_path / "b.tif", read_picture(tmp_path / "a.jpg"))
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert bytes(file.pages.first.tags[0x83BB].value) == RECORDS
    write_picture(tmp_path / "c.jpg", read_picture(tmp_path / "b.tif"))
    assert read_picture(tmp_path / "c.jpg").metadata.iptc == IPTC


@pytest.mark.parametrize("target", [".png", ".jpg", ".tif"])
@pytest.mark.parametrize("source", [".png", ".jpg", ".tif"])
def test_resolution_is_kept(tmp_path: Path, source: str, target: str) -> None:
    picture = photograph(tmp_path / f"a{source}", dpi=(300, 200))
    assert picture.metadata.resolution == pytest.approx((300 / 25.4, 200 / 25.4), rel=1e-3)
    write_picture(tmp_path / f"b{target}", picture)
    assert seen_resolution(tmp_path / f"b{target}") == pytest.approx((300, 200), rel=1e-3)


def seen_resolution(path: Path) -> tuple[float, float]:
    """Dots per inch; of a JPEG file by its EXIF tags, of which Pillow's `info` tells only the first."""
    if path.suffix != ".jpg":
        return seen_info(path)["dpi"]
    tags = seen_tags(path)
    return float(tags[0x011A]), float(tags[0x011B])


@pytest.mark.parametrize("source", [".webp", ".avif", ".gif", ".tif"])
def test_missing_resolution_is_not_invented_but_written_as_72_dots_per_inch(tmp_path: Path, source: str) -> None:
    picture = photograph(tmp_path / f"a{source}")
    assert picture.metadata.resolution is None
    write_picture(tmp_path / "b.png", picture)
    assert seen_info(tmp_path / "b.png")["dpi"] == pytest.approx((72, 72), rel=1e-3)


@pytest.mark.parametrize("target", ALL_SUFFIXES)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_written_file_is_not_turned_again(tmp_path: Path, orientation: int, target: str) -> None:
    picture = photograph(tmp_path / "a.jpg", exif=exif(orientation), xmp=XMP % orientation, quality=95)
    write_picture(tmp_path / f"b{target}", picture)
    assert seen_tags(tmp_path / f"b{target}").get(0x0112, 1) == 1
    again = read_picture(tmp_path / f"b{target}")
    assert b'tiff:Orientation="1"' in (again.metadata.xmp or b"")
    assert again.pixels.shape == picture.pixels.shape
    with Image.open(tmp_path / f"b{target}") as image:
        assert ImageOps.exif_transpose(image).size == (picture.width, picture.height)


@pytest.mark.parametrize("target", EXIF_SUFFIXES)
def test_raw_exif_block_says_upright(tmp_path: Path, target: str) -> None:
    write_picture(tmp_path / f"b{target}", photograph(tmp_path / "a.jpg", exif=exif(6)))
    block = Image.Exif()
    block.load(read_picture(tmp_path / f"b{target}").metadata.exif or b"")
    assert block.get(0x0112, 1) == 1


def test_picture_that_is_turned_on_its_side_swaps_its_resolutions(tmp_path: Path) -> None:
    picture = photograph(tmp_path / "a.jpg", exif=exif(6), dpi=(300, 200))
    assert picture.metadata.resolution == pytest.approx((200 / 25.4, 300 / 25.4))


def test_size_in_the_exif_block_is_that_of_the_new_file(tmp_path: Path) -> None:
    tags = exif()
    tags.get_ifd(0x8769).update({0xA002: 20, 0xA003: 12})
    picture = photograph(tmp_path / "a.jpg", exif=tags)
    write_picture(tmp_path / "b.jpg", Picture(pixels=slopes(24, 40), metadata=picture.metadata))
    kept = seen_tags(tmp_path / "b.jpg")
    assert (kept[0xA002], kept[0xA003]) == (40, 24)


def test_small_preview_of_the_old_pixels_is_dropped(tmp_path: Path) -> None:
    preview = BytesIO()
    Image.new("RGB", (16, 16)).save(preview, "JPEG")
    block = _with_preview(exif(6), preview.getvalue())
    picture = photograph(tmp_path / "a.jpg", exif=block)
    assert preview.getvalue() in (tmp_path / "a.jpg").read_bytes()
    write_picture(tmp_path / "b.jpg", picture)
    assert preview.getvalue() not in (tmp_path / "b.jpg").read_bytes()


def _with_preview(tags: Image.Exif, preview: bytes) -> bytes:
    """An EXIF block with a second folder that holds a preview: compression, where, how long; EXIF 2.3, 4.5.5."""
    block = bytearray(tags.tobytes()[6:])
    endian: Any = "big" if block[:2] == b"MM" else "little"
    first = int.from_bytes(block[4:8], endian)
    after = first + 2 + 12 * int.from_bytes(block[first : first + 2], endian)
    block[after : after + 4] = len(block).to_bytes(4, endian)
    entries = [(0x0103, 3, 6), (0x0201, 4, len(block) + 2 + 36 + 4), (0x0202, 4, len(preview))]
    folder = len(entries).to_bytes(2, endian)
    for tag, kind, value in entries:
        content = value.to_bytes(2, endian) + b"\0\0" if kind == 3 else value.to_bytes(4, endian)
        folder += tag.to_bytes(2, endian) + kind.to_bytes(2, endian) + (1).to_bytes(4, endian) + content
    return b"Exif\0\0" + bytes(block) + folder + bytes(4) + preview


@pytest.mark.parametrize("target", ALL_SUFFIXES)
@pytest.mark.parametrize(
    "metadata",
    [
        Metadata(exif=b"no such thing" * 9),
        Metadata(exif=b"Exif\0\0MM\0*" + b"\xff" * 80_000),
        Metadata(xmp=b"<x>" + b"a" * 100_000),
        Metadata(icc=b"no profile" * 30),
        Metadata(iptc=b"\xff" * 99),
    ],
    ids=["exif", "long exif", "long xmp", "icc", "iptc"],
)
def test_metadata_that_do_not_fit_never_cost_the_picture(tmp_path: Path, metadata: Metadata, target: str) -> None:
    picture = Picture(pixels=slopes(20, 30), metadata=metadata)
    write_picture(tmp_path / f"a{target}", picture, quality=100)
    assert np.abs(read_picture(tmp_path / f"a{target}").pixels.astype(int) - picture.pixels).max() < 10
