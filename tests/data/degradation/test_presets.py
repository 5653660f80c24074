"""Degradations by name."""

import numpy as np
import pytest
from samples.pictures import noise, slopes

from superres.data.degradation.compression import JPEG
from superres.data.degradation.downsample import bicubic_reduction
from superres.data.degradation.presets import PRESETS, preset
from superres.errors import UnknownNameError
from superres.image.resize import resize_integers


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_size_is_exact_and_a_key_gives_the_same_bytes(name: str, scale: int) -> None:
    pixels = noise(scale * 15, scale * 11, 3)
    low = preset(name).draw(scale, (7, 1))(pixels)
    assert (low.shape, low.dtype) == ((15, 11, 3), np.uint8)
    np.testing.assert_array_equal(preset(name).draw(scale, (7, 1))(pixels), low)


@pytest.mark.parametrize("name", ["camera", "down-noise"])
def test_other_keys_give_other_images(name: str) -> None:
    pixels = noise(48, 48, 3)
    lows = {preset(name).draw(4, key)(pixels).tobytes() for key in ((7, 1), (7, 2), (8, 1))}
    assert len(lows) == 3


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bicubic_is_matlabs(scale: int) -> None:
    pixels = noise(scale * 9, scale * 8, 3)
    np.testing.assert_array_equal(preset("bicubic").draw(scale, (0,))(pixels), bicubic_reduction(pixels, scale))


def test_blur_down_takes_the_centre_of_each_block_of_the_blurred_image() -> None:
    pixels = noise(27, 30, 3)
    line = np.exp(-np.array([9, 4, 1, 0, 1, 4, 9]) / (2 * 1.6**2))
    kernel = np.outer(line, line) / line.sum() ** 2
    low = preset("blur-down").draw(3, (0,))(pixels)
    # The block of rows 12 to 14 and columns 9 to 11 has its centre at (13, 10), and nothing of the border within 3.
    expected = (pixels[10:17, 7:14].astype(float) * kernel[..., None]).sum(axis=(0, 1))
    assert np.abs(low[4, 3] - expected).max() <= 0.51


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_no_preset_moves_the_image(scale: int) -> None:
    # A slope has the mean of each block as its reduction; a move of a tenth of a low-resolution pixel would be 1.3.
    pixels = slopes(scale * 20, scale * 20)
    means = pixels.reshape(20, scale, 20, scale, 3).mean(axis=(1, 3))
    for name in ("bicubic", "blur-down"):
        low = preset(name).draw(scale, (0,))(pixels)
        assert np.abs(low - means)[3:-3, 3:-3].max() <= 1.01
    lows = [preset("camera").draw(scale, (1, number))(pixels) for number in range(60)]
    assert np.abs(np.mean(lows, axis=0) - means)[4:-4, 4:-4].mean() < 1.3


def test_noise_of_down_noise_has_a_deviation_of_thirty() -> None:
    grey = np.full((400, 400, 3), 128, np.uint8)
    low = preset("down-noise").draw(4, (3,))(grey).astype(float)
    assert low.std() == pytest.approx(30, rel=0.03)  # 30 000 samples: a relative standard error of 0.4 %


def test_camera_keeps_the_picture() -> None:
    pixels = resize_integers(noise(4, 4, 3), scale=24)
    plain = bicubic_reduction(pixels, 4).astype(float)
    errors = [((preset("camera").draw(4, (5, n))(pixels) - plain) ** 2).mean() for n in range(40)]
    # A smooth picture keeps 28 to 42 dB.
    assert 4 < np.median(errors) < 100


def test_camera_always_ends_as_jpeg_of_its_range() -> None:
    for number in range(100):
        last = preset("camera").draw(3, (number,)).steps[-1]
        assert isinstance(last, JPEG)
        assert 60 <= last.quality <= 95


def test_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no degradation is called 'camrea'; nearest: camera"):
        preset("camrea")
