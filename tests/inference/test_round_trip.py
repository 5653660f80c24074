"""What each format gives back after an enlargement: the table in docs/formats.md is what is measured here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from samples.backends import Repeater
from samples.enlarged import upscale_file
from samples.pictures import slopes

from superres.image.files import open_picture, read_picture, write_picture
from superres.image.picture import Metadata, Picture
from superres.inference.files import Terms
from superres.inference.request import Plan

PLAN = Plan(scale=2, passes=(Repeater(grid=2, overlap=2),), tile_size=64)
DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"
FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "TIFF": ".tif", "AVIF": ".avif", "GIF": ".gif"}
CLOSE = 1 / 64
"""Mean difference that a lossy format makes of slopes, of white."""

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="T"/></rdf:RDF></x:xmpmeta>'
)
IPTC = b"\x1c\x02\x78\0\x07caption"
WRAPPED = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0c" + IPTC


def enlarged(folder: Path, suffix: str, picture: Picture) -> Picture:
    """Written, enlarged, and read again."""
    write_picture(folder / f"a{suffix}", picture, overwrite=True)
    terms = Terms(overwrite=True, is_noted=False)
    upscale_file(folder / f"a{suffix}", folder / f"b{suffix}", PLAN, terms)
    return read_picture(folder / f"b{suffix}")


def verdict(found: Any, wanted: Any) -> str:
    """How pixels came through."""
    if found is None:
        return "no"
    if found.dtype != wanted.dtype:
        return "8 bit"
    if found.shape[2:] == (3,) and wanted.shape[2:] == (1,):
        return "in RGB" if verdict(found.mean(axis=2, keepdims=True), wanted.astype(float)) != "no" else "no"
    if np.array_equal(found, wanted):
        return "exact"
    white = 65535 if wanted.dtype == np.uint16 else 255
    return "close" if np.abs(found.astype(float) - wanted).mean() < CLOSE * white else "no"


def twice(pixels: Any) -> Any:
    return pixels.repeat(2, 0).repeat(2, 1)


def pixels_cell(folder: Path, suffix: str, dtype: Any, *, is_grey: bool = False) -> str:
    pixels = slopes(24, 32, dtype)
    pixels = np.ascontiguousarray(pixels[..., :1]) if is_grey else pixels
    return verdict(enlarged(folder, suffix, Picture(pixels=pixels)).pixels, twice(pixels))


def alpha_cell(folder: Path, suffix: str, *, is_mask: bool) -> str:
    alpha = np.tile(np.linspace(8, 255, 32).astype(np.uint8), (24, 1))
    if is_mask:
        alpha = np.asarray((alpha > 128) * 255, np.uint8)
    return verdict(enlarged(folder, suffix, Picture(pixels=slopes(24, 32), alpha=alpha)).alpha, twice(alpha))


def metadata_cell(folder: Path, suffix: str, name: str, value: Any) -> str:
    picture = Picture(pixels=slopes(24, 32), metadata=replace(Metadata(), **{name: value}))
    found = getattr(enlarged(folder, suffix, picture).metadata, name)
    if name == "resolution" and found is not None:
        return "exact" if np.allclose(found, value, rtol=1e-3) else "no"
    return "exact" if found == value else "no"


def exif_cell(folder: Path, suffix: str) -> str:
    tags = Image.Exif()
    tags[0x013B] = "A. Artist"
    place = {1: "N", 2: (52.0, 30.0, 15.25)}
    tags.get_ifd(0x8825).update(place)
    Image.fromarray(slopes(24, 32)).save(folder / f"a{suffix}", exif=tags.tobytes())
    upscale_file(folder / f"a{suffix}", folder / f"b{suffix}", PLAN, Terms(overwrite=True, is_noted=False))
    with Image.open(folder / f"b{suffix}") as image:
        found = image.getexif()
        is_kept = found.get(0x013B) == "A. Artist" and found.get_ifd(0x8825) == place
    return "exact" if is_kept else "no"


def pages_cell(folder: Path, suffix: str, *, is_animation: bool) -> str:
    frames = [Image.fromarray(np.full((24, 32, 3), value, np.uint8)) for value in (0, 90, 255)]
    timing: dict[str, Any] = {"duration": [50, 100, 150], "loop": 0} if is_animation else {}
    try:
        frames[0].save(folder / f"a{suffix}", save_all=True, append_images=frames[1:], **timing)
        before = open_picture(folder / f"a{suffix}", all_pages=True).layout
        upscale_file(folder / f"a{suffix}", folder / f"b{suffix}", PLAN, Terms(overwrite=True, is_noted=False))
    except (KeyError, OSError, ValueError):  # Pillow has no way to write it, or we have none
        return "no"
    after = open_picture(folder / f"b{suffix}", all_pages=True).layout
    is_same = before.pages == after.pages == 3 and before.metadata.delays == after.metadata.delays
    return "exact" if is_same and bool(after.metadata.delays) == is_animation else "no"


def row(folder: Path, suffix: str) -> dict[str, str]:
    iptc = WRAPPED if suffix == ".jpg" else IPTC
    return {
        "8 bit": pixels_cell(folder, suffix, np.uint8),
        "16 bit": pixels_cell(folder, suffix, np.uint16),
        "grey": pixels_cell(folder, suffix, np.uint8, is_grey=True),
        "alpha": alpha_cell(folder, suffix, is_mask=False),
        "mask": alpha_cell(folder, suffix, is_mask=True),
        "profile": metadata_cell(folder, suffix, "icc", PROFILE),
        "EXIF": exif_cell(folder, suffix),
        "XMP": metadata_cell(folder, suffix, "xmp", XMP),
        "IPTC": metadata_cell(folder, suffix, "iptc", iptc),
        "resolution": metadata_cell(folder, suffix, "resolution", (11.811, 11.811)),
        "animation": pages_cell(folder, suffix, is_animation=True),
        "pages": pages_cell(folder, suffix, is_animation=False),
    }


def documented() -> dict[str, dict[str, str]]:
    """The table in the document."""
    lines = [
        line.strip("| ").split(" | ") for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ")
    ]
    heads = lines[0][1:]
    return {line[0]: dict(zip(heads, line[1:], strict=True)) for line in lines[1:] if line[0] in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_document_says_what_comes_back(tmp_path: Path, name: str) -> None:
    assert documented()[name] == row(tmp_path, FORMATS[name])
