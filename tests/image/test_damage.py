"""Signs of compression and of earlier enlargement, on photographs that nothing was fitted to but thresholds."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from samples.pictures import noise, slopes

from superres.image.damage import BLOCKY, Signs
from superres.image.picture import Layout, Picture
from superres.image.strips import ROWS

pytestmark = pytest.mark.data


def signs(pixels: Any) -> Signs:
    layout: Layout = Picture(pixels=pixels).layout
    found = Signs(layout)
    strips = (pixels[top : top + ROWS] for top in range(0, len(pixels), ROWS))
    np.testing.assert_array_equal(np.concatenate(list(found.seen(strips))), pixels)
    return found


def photographs(superres_data: Path, folder: str, count: int) -> list[Image.Image]:
    paths = sorted(path for path in (superres_data / folder).iterdir() if path.suffix in (".png", ".webp", ".jpg"))
    return [Image.open(path).convert("RGB") for path in paths[:: max(1, len(paths) // count)]][:count]


def compressed(image: Image.Image, quality: int) -> Any:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))


def enlarged(image: Image.Image, factor: float) -> Any:
    small = image.resize((round(image.width / factor), round(image.height / factor)), Image.Resampling.BICUBIC)
    return np.array(small.resize(image.size, Image.Resampling.BICUBIC))


def test_photographs_as_they_are_get_no_remark(superres_data: Path) -> None:
    images = photographs(superres_data, "validation/Kodak24", 24) + photographs(
        superres_data, "train/div2k_test_lr", 40
    )
    found = [signs(np.array(image)) for image in images]
    assert not any(each.is_soft or each.is_blocky for each in found)
    assert max(each.blockiness for each in found) < BLOCKY / 4


def test_hard_compression_shows_and_mild_does_not(superres_data: Path) -> None:
    images = photographs(superres_data, "validation/Kodak24", 24)
    assert sum(signs(compressed(image, 30)).is_blocky for image in images) >= 20
    assert not any(signs(compressed(image, 90)).is_blocky for image in images)


def test_enlarged_photographs_are_told(superres_data: Path) -> None:
    images = photographs(superres_data, "validation/Kodak24", 24)
    found = [signs(enlarged(image, 2)) for image in images]
    assert all(each.is_soft for each in found)
    assert not any(each.is_blocky for each in found)


@pytest.mark.parametrize("pixels", [slopes(300, 400), noise(300, 400, 3), np.full((300, 400, 1), 9, np.uint8)])
def test_drawings_and_noise_get_no_remark(pixels: Any) -> None:
    found = signs(pixels)
    assert (found.is_soft, found.is_blocky) == (False, False)


def test_sixteen_bit_and_grey_say_the_same(superres_data: Path) -> None:
    (image,) = photographs(superres_data, "validation/Kodak24", 1)
    grey = compressed(image, 30).mean(axis=2, keepdims=True).round().astype(np.uint8)
    wide = grey.astype(np.uint16) * 257
    assert signs(wide).blockiness == pytest.approx(signs(grey).blockiness, rel=1e-4)


def test_tiny_pictures_say_nothing() -> None:
    found = signs(noise(8, 8, 3))
    assert (found.is_soft, found.is_blocky, found.blockiness) == (False, False, 0.0)
