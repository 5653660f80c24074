"""Frames become arrays and back with the colours that the standards say."""

from typing import Any

import numpy as np
import pytest
from av import VideoFrame
from samples.films import picture

from superres.image.picture import Integers
from superres.image.video.conversion import Form, form_of, to_frame, to_pixels
from superres.image.video.film import Tags

LUMA = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
"""Shares of red and blue: ITU-R BT.709-6, item 3.2; BT.601-7, item 2.5.1; BT.2020-2, table 4."""
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 100, 50)]


def by_formula(rgb: tuple[int, int, int], matrix: int, *, is_full: bool, bits: int) -> list[float]:
    """Luma and chroma of a colour (ITU-R BT.709-6, items 3.2 to 3.4 and 4.6)."""
    red, green, blue = (value / 255 for value in rgb)
    share_red, share_blue = LUMA[matrix]
    luma = share_red * red + (1 - share_red - share_blue) * green + share_blue * blue
    differences = (blue - luma) / (2 * (1 - share_blue)), (red - luma) / (2 * (1 - share_red))
    if is_full:
        most = 2**bits - 1
        return [most * luma, *(most * value + 2 ** (bits - 1) for value in differences)]
    step = 2 ** (bits - 8)
    return [step * (219 * luma + 16), *(step * (224 * value + 128) for value in differences)]


def waves(height: int, width: int, channels: int, *, is_wide: bool) -> Integers:
    """A smooth picture."""
    rows, columns = np.mgrid[0:height, 0:width]
    values = np.stack([128 + 100 * np.sin((rows + columns) / 20 + channel) for channel in range(channels)], axis=-1)
    return np.round(values * 257).astype(np.uint16) if is_wide else np.round(values).astype(np.uint8)


def planes_of(frame: VideoFrame, dtype: Any) -> list[np.ndarray[Any, Any]]:
    return [np.frombuffer(bytes(plane), dtype).reshape(plane.height, -1)[:, : plane.width] for plane in frame.planes]


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", LUMA)
def test_colour_is_stored_as_its_standard_says(matrix: int, is_full: bool, bits: int) -> None:
    tags = Tags(primaries=matrix, transfer=1, matrix=matrix, range=2 if is_full else 1)
    for rgb in COLOURS:
        pixels = np.broadcast_to(np.array(rgb, np.uint8), (8, 16, 3))
        wide = pixels if bits == 8 else pixels.astype(np.uint16) * 257
        frame = to_frame(wide, "yuv444p" if bits == 8 else "yuv444p10le", tags)
        stored = [plane[4, 8] for plane in planes_of(frame, np.uint8 if bits == 8 else np.uint16)]
        expected = np.clip(by_formula(rgb, matrix, is_full=is_full, bits=bits), 0, 2**bits - 1)
        np.testing.assert_allclose(stored, expected, atol=1.5 * 2 ** (bits - 8))
        back = to_pixels(frame, tags, (8, 16)).astype(float) / (1 if bits == 8 else 257)
        np.testing.assert_allclose(back[4, 8], rgb, atol=3 if bits == 8 else 1.5)


@pytest.mark.parametrize("form", ["gbrp", "gray", "bgra", "gray16le", "rgb48le", "gbrap16le"])
def test_what_needs_no_matrix_comes_back_to_the_bit(form: str) -> None:
    kind = form_of(form)
    pixels = picture(0, 20, 30, kind.channels, is_wide=kind.bits > 8)
    tags = Tags(range=1).resolved(20, is_rgb=kind.is_rgb)
    np.testing.assert_array_equal(to_pixels(to_frame(pixels, form, tags), tags, (20, 30)), pixels)


@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "yuv420p10le", "yuva420p", "nv12", "p010le"])
def test_smooth_picture_comes_back_nearly(form: str) -> None:
    kind = form_of(form)
    is_wide = kind.bits > 8
    pixels = waves(40, 60, kind.channels, is_wide=is_wide)
    tags = Tags().resolved(1080, is_rgb=False)
    back = to_pixels(to_frame(pixels, form, tags), tags, (40, 60))
    assert back.dtype == pixels.dtype
    assert np.abs(back.astype(float) - pixels).mean() < (257 if is_wide else 1)


def test_frame_of_another_size_is_brought_to_that_of_the_film() -> None:
    tags = Tags().resolved(480, is_rgb=False)
    frame = to_frame(picture(0, 40, 60, 3, is_wide=False), "yuv420p", tags)
    assert to_pixels(frame, tags, (20, 30)).shape == (20, 30, 3)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("yuv420p", Form(bits=8, sampling=(2, 2), has_alpha=False, is_rgb=False, is_grey=False)),
        ("yuv422p10le", Form(bits=10, sampling=(2, 1), has_alpha=False, is_rgb=False, is_grey=False)),
        ("yuva444p12le", Form(bits=12, sampling=(1, 1), has_alpha=True, is_rgb=False, is_grey=False)),
        ("gbrp10le", Form(bits=10, sampling=(1, 1), has_alpha=False, is_rgb=True, is_grey=False)),
        ("gray", Form(bits=8, sampling=(1, 1), has_alpha=False, is_rgb=False, is_grey=True)),
        ("pal8", Form(bits=8, sampling=(1, 1), has_alpha=True, is_rgb=True, is_grey=False)),
    ],
)
def test_form_is_read_from_its_name(name: str, form: Form) -> None:
    assert form_of(name) == form


@pytest.mark.parametrize(
    ("height", "tags", "matrix"),
    [(480, Tags(), 6), (576, Tags(), 5), (720, Tags(), 1), (480, Tags(matrix=1), 1), (1080, Tags(matrix=9), 9)],
)
def test_what_a_film_leaves_unsaid_is_what_players_take_for_granted_at_its_size(
    height: int, tags: Tags, matrix: int
) -> None:
    resolved = tags.resolved(height, is_rgb=False)
    assert resolved.matrix == matrix
    assert resolved.range == 1
