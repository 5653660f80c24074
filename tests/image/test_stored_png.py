"""Images as streams that are not compressed."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from superres.image.picture import Picture
from superres.image.stored_png import stored_png


def noise(*shape: int, dtype: Any = np.uint8) -> Any:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def stream(pixels: Any, *cuts: int) -> Image.Image:
    """What Pillow, which checks every checksum, reads of the stream."""
    colours, alpha = (pixels[..., :-1], pixels[..., -1]) if pixels.shape[2] in (2, 4) else (pixels, None)
    layout = Picture(pixels=colours, alpha=alpha).layout
    image = Image.open(io.BytesIO(b"".join(stored_png(iter(np.split(pixels, cuts)), layout))))
    image.load()
    return image


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")])
def test_pillow_reads_the_same_pixels(channels: int, mode: str) -> None:
    pixels = noise(11, 7, channels)
    image = stream(pixels, 4, 5)
    assert image.mode == mode
    assert np.array_equal(np.asarray(image).reshape(pixels.shape), pixels)


def test_sixteen_bit_keeps_every_bit() -> None:
    pixels = noise(5, 9, 1, dtype=np.uint16)
    assert np.array_equal(np.asarray(stream(pixels, 2)), pixels[..., 0])


def test_large_strips_come_in_pieces() -> None:
    pixels = noise(400, 2000, 3)
    parts = list(stored_png(iter([pixels]), Picture(pixels=pixels).layout))
    assert max(map(len, parts)) < 1.1 * 2**20
