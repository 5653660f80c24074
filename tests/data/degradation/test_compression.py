"""Compression is the encoders' own."""

import io

import numpy as np
import pytest
from PIL import Image
from samples.pictures import noise, slopes

from superres.data.degradation.compression import JPEG, WebP
from superres.data.degradation.planes import Pixels, pixels_of, planes_of
from superres.errors import InvalidConfigError
from superres.image.resize import resize_integers


def texture(side: int = 64) -> Pixels:
    """Smooth, with something at every frequency."""
    coarse = resize_integers(noise(side // 4, side // 4, 3), scale=4)
    return (coarse * 0.8 + 0.2 * noise(side, side, 3, seed=1)).astype(np.uint8)


def compressed(step: JPEG | WebP, pixels: Pixels) -> Pixels:
    return pixels_of(step.apply(planes_of(pixels), pixels.shape[:2]))


def block_edges(pixels: Pixels) -> float:
    """Mean step across the edges of blocks of eight, over the mean of the other steps."""
    steps = np.abs(np.diff(pixels.astype(float), axis=1))
    at_edges = np.arange(steps.shape[1]) % 8 == 7
    return float(steps[:, at_edges].mean() / steps[:, ~at_edges].mean())


def test_low_quality_leaves_blocks() -> None:
    gentle = slopes(64, 64)
    assert block_edges(gentle) == pytest.approx(1, abs=0.3)
    assert block_edges(compressed(JPEG(quality=5), gentle)) > 2


@pytest.mark.parametrize("step", [JPEG, WebP])
def test_lower_quality_loses_more(step: type[JPEG | WebP]) -> None:
    pixels = texture()
    errors = [float(((compressed(step(quality=q), pixels) - pixels.astype(float)) ** 2).mean()) for q in (20, 60, 95)]
    assert errors[0] > errors[1] > errors[2] > 0


def test_quantisation_is_that_of_libjpeg() -> None:
    # Pillow writes by libjpeg, too; decoders may differ by a rounding or two.
    pixels = texture()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg", quality=70, subsampling="4:4:4")
    expected = np.asarray(Image.open(io.BytesIO(file.getvalue()))).astype(int)
    found = compressed(JPEG(quality=70, chroma="4:4:4"), pixels).astype(int)
    assert np.abs(found - expected).mean() < 1


def test_subsampling_loses_colour_only() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, ::2] = (255, 0, 0)
    pixels[:, 1::2] = (0, 130, 0)  # of the same luma as red
    full, halved = (compressed(JPEG(quality=95, chroma=kind), pixels) for kind in ("4:4:4", "4:2:0"))
    assert np.abs(full.astype(int) - pixels).mean() < 6
    assert np.abs(halved.astype(int) - pixels).mean() > 50


@pytest.mark.parametrize("size", [(1, 1), (3, 17), (40, 9)])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_size_comes_back(size: tuple[int, int], channels: int) -> None:
    pixels = noise(*size, channels)
    assert compressed(JPEG(quality=80), pixels).shape == pixels.shape
    if channels == 3:
        assert compressed(WebP(quality=80), pixels).shape == pixels.shape


@pytest.mark.parametrize("quality", [0, 101])
def test_quality_out_of_range_is_refused(quality: int) -> None:
    with pytest.raises(InvalidConfigError, match=f"JPEG has qualities from 1 to 100, got {quality}"):
        JPEG(quality=quality)
    with pytest.raises(InvalidConfigError, match="WebP"):
        WebP(quality=quality)


def test_blocks_begin_where_the_origin_says() -> None:
    pixels = texture()
    whole = compressed(JPEG(quality=10, chroma="4:4:4"), pixels)
    cropped = compressed(JPEG(quality=10, chroma="4:4:4", origin=(5, 3)), pixels[5:, 3:])
    # Behind the first blocks, which hold a mirror image in place of what was cropped, both have the same ones.
    np.testing.assert_array_equal(cropped[11:, 13:], whole[16:, 16:])
    assert (compressed(JPEG(quality=10, chroma="4:4:4"), pixels[5:, 3:])[11:, 13:] != cropped[11:, 13:]).mean() > 0.5
