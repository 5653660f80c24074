"""How large a result shall be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superres.errors import InvalidRequestError
from superres.inference.request import Request, plan_for
from superres.inference.sizing import Sizing, frame
from superres.inference.upscaler import upscale

SIDES = st.integers(1, 5000)


@pytest.mark.parametrize(
    ("sizing", "size"),
    [
        (Sizing(width=1200), (900, 1200)),
        (Sizing(height=450), (450, 600)),
        (Sizing(long_side=2000), (1500, 2000)),
        (Sizing(fit=(1920, 1080)), (1080, 1440)),
        (Sizing(fit=(800, 1080)), (600, 800)),
        (Sizing(width=1), (1, 1)),
    ],
)
def test_other_side_follows(sizing: Sizing, size: tuple[int, int]) -> None:
    """Of an image of 400×300."""
    assert sizing.size(300, 400) == size


def test_long_side_of_a_tall_image_is_its_height() -> None:
    assert Sizing(long_side=2000).size(400, 300) == (2000, 1500)


@given(height=SIDES, width=SIDES, across=SIDES, down=SIDES)
def test_frame_is_filled_and_never_left(height: int, width: int, across: int, down: int) -> None:
    high, wide = Sizing(fit=(across, down)).size(height, width)
    assert high <= down
    assert wide <= across
    assert high == down or wide == across


@given(height=SIDES, width=SIDES, wanted=SIDES)
def test_scale_reaches_the_size_and_hardly_more(height: int, width: int, wanted: int) -> None:
    sizing = Sizing(long_side=wanted)
    high, wide = sizing.size(height, width)
    scale = sizing.scale(height, width)
    assert scale * height >= high - 1e-6
    assert scale * width >= wide - 1e-6
    assert scale <= max(high / height, wide / width) + 0.01 + 1e-9
    assert round(100 * scale) == pytest.approx(100 * scale)


@pytest.mark.parametrize(
    ("given_sizes", "label"),
    [
        ({"width": 1920}, "w1920"),
        ({"height": 1080}, "h1080"),
        ({"long_side": 4000}, "l4000"),
        ({"fit": (1920, 1080)}, "1920x1080"),
    ],
)
def test_label_says_what_was_asked(given_sizes: dict[str, int], label: str) -> None:
    assert Sizing(**given_sizes).label == label  # pyright: ignore[reportArgumentType]


def test_one_size_is_asked_for_and_has_a_pixel_at_least() -> None:
    with pytest.raises(InvalidRequestError, match="one of them"):
        Sizing()
    with pytest.raises(InvalidRequestError, match="a width and a height together are a frame"):
        Sizing(width=10, height=10)
    with pytest.raises(InvalidRequestError, match="sides have at least one"):
        Sizing(fit=(10, 0))


@pytest.mark.parametrize("text", ["1920x1080", " 1920 × 1080 ", "1920X1080", "1920*1080"])
def test_frame_is_read_from_a_text(text: str) -> None:
    assert frame(text) == (1920, 1080)


@pytest.mark.parametrize("text", ["1920", "1920x", "x1080", "1920x1080x3", "-1x5", "a×b"])
def test_other_texts_are_no_frame(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="such as 1920x1080"):
        frame(text)


def image(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(("long_side", "factors"), [(37, (2,)), (59, (3,)), (80, (4,)), (150, (4, 2))])
def test_next_larger_network_is_taken_and_its_result_reduced(long_side: int, factors: tuple[int, ...]) -> None:
    how = plan_for(Request(), Sizing(long_side=long_side), 15, 20)
    assert how.factors == factors
    assert max(how.size(15, 20)) == long_side


def test_result_has_the_size_to_the_pixel() -> None:
    assert upscale(image(17, 23), width=61).shape == (45, 61, 3)
    assert upscale(image(17, 23), height=40).shape == (40, 54, 3)
    assert upscale(image(17, 23), fit=(50, 50)).shape == (37, 50, 3)
    assert upscale(image(17, 23), long_side=47).shape == (35, 47, 3)


def test_image_that_is_larger_already_is_reduced_without_a_network() -> None:
    how = plan_for(Request(), Sizing(width=10), 30, 40)
    assert (how.passes, how.describe()) == ((), "a reduction")
    assert upscale(image(30, 40), width=10).shape == (8, 10, 3)
    flat = np.full((30, 40, 3), 77, np.uint8)
    assert np.all(upscale(flat, width=13) == 77)


def test_image_of_the_size_already_stays_as_it_is() -> None:
    pixels = image(30, 40)
    assert np.array_equal(upscale(pixels, width=40), pixels)


def test_scale_and_size_together_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="a scale of 2 and a size of the result were both asked for"):
        upscale(image(8, 8), scale=2, width=100)


def test_size_beyond_sixteen_times_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="at most 16"):
        upscale(image(8, 8), width=200)
