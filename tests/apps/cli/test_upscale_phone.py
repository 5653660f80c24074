"""A folder as it comes from a telephone goes through one command, and every result opens with the right colours."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps
from samples.commands import Call
from samples.films import Sample, make_film

from superres.image.video.reading import FilmReader

_VIPS: Any = pyvips
P3: bytes = _VIPS.Image.profile_load("p3")
WIDE = (255, 40, 0)
"""A red of Display P3 that sRGB does not have."""


def scene() -> Image.Image:
    """Sky, a red field and a dark corner, larger than wide."""
    pixels = np.zeros((120, 80, 3), np.uint8)
    pixels[:60] = np.linspace((90, 140, 230), (200, 220, 250), 60)[:, None].astype(np.uint8)
    pixels[60:, :50] = WIDE
    pixels[60:, 50:] = 24
    return Image.fromarray(pixels)


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112], tags[0x010F], tags[0x0110] = orientation, "ACME", "Phone 9"
    return tags.tobytes()


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    folder = tmp_path / "DCIM" / "100ACME"
    folder.mkdir(parents=True)
    lying = scene().transpose(Image.Transpose.ROTATE_90)
    lying.save(folder / "IMG_0001.JPG", quality=95, subsampling=0, exif=exif(6), icc_profile=P3)
    pillow_heif.register_heif_opener()
    scene().save(folder / "IMG_0002.HEIC", quality=95, chroma=444, exif=exif(1), icc_profile=P3)
    screen = scene().convert("RGBA")
    screen.putalpha(Image.fromarray(np.where(np.indices((120, 80)).sum(0) < 20, 0, 255).astype(np.uint8)))
    screen.save(folder / "Screenshot_1.png", icc_profile=P3)
    make_film(folder / "IMG_0003.MOV", Sample(lengths=[3000] * 5, rotation=90, sounds=1))
    (folder / "IMG_0002.AAE").write_text("<plist/>")
    (folder / "._IMG_0001.JPG").write_bytes(b"\0\5\x16\7")
    return tmp_path / "DCIM"


def seen(path: Path) -> NDArray[np.float64]:
    """What a viewer that heeds turn and profile shows, in sRGB, reduced to the size of the scene."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
        profile = ImageCms.ImageCmsProfile(BytesIO(upright.info["icc_profile"]))
        shown = ImageCms.profileToProfile(upright.convert("RGB"), profile, ImageCms.createProfile("sRGB"))
    assert shown is not None
    return np.asarray(shown.resize((80, 120), Image.Resampling.BOX), np.float64)


def test_folder_of_a_telephone_goes_through_one_command(superres: Call, phone: Path, tmp_path: Path) -> None:
    answer = superres("upscale", phone, "-o", tmp_path / "large", "-s", 2, "--films")
    assert answer.code == 0
    out = tmp_path / "large" / "100ACME"
    made = {path.name for path in out.iterdir() if path.is_file()}
    assert made == {"IMG_0001_x2.jpg", "IMG_0002_x2.jpg", "Screenshot_1_x2.png", "IMG_0003_x2.mov"}
    before = {
        "IMG_0001_x2.jpg": "IMG_0001.JPG",
        "IMG_0002_x2.jpg": "IMG_0002.HEIC",
        "Screenshot_1_x2.png": "Screenshot_1.png",
    }
    inner = np.s_[24:-4, 4:-4]
    for name, source in before.items():
        difference = np.abs(seen(out / name) - seen(phone / "100ACME" / source))[inner]
        assert difference.mean() < 2, name
        with Image.open(out / name) as image:
            assert image.size == (160, 240)
            assert image.info["icc_profile"] == P3
            if name.startswith("IMG"):
                assert image.getexif()[0x0110] == "Phone 9"
                assert image.getexif().get(0x0112, 1) == 1
    with Image.open(out / "Screenshot_1_x2.png") as image:
        alpha = np.asarray(image.getchannel("A"))
        assert set(np.unique(alpha)) == {0, 255}
        assert alpha[0, 0] == 0
        assert alpha[-1, -1] == 255
    assert FilmReader(out / "IMG_0003_x2.mov").film.seen == (96, 64)
