"""Images as strips."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superres.image.picture import Metadata, Picture
from superres.image.resize import resize_integers, resize_strips
from superres.image.strips import Window, picture_of, strips_of


def noise(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def cut(pixels: Any, heights: list[int]) -> list[Any]:
    """Strips of these heights, and of what is left."""
    places = [place for place in np.cumsum(heights).tolist() if place < len(pixels)]
    return [part for part in np.split(pixels, places) if len(part)]


@given(
    st.lists(st.integers(1, 9), max_size=12), st.lists(st.tuples(st.integers(0, 12), st.integers(1, 20)), max_size=9)
)
def test_window_shows_the_rows_that_are_asked_for(heights: list[int], steps: list[tuple[int, int]]) -> None:
    pixels = noise(50, 2, 3)
    window, top = Window(iter(cut(pixels, heights))), 0
    for step, height in steps:
        top = min(top + step, 49)
        bottom = min(top + height, 50)
        assert np.array_equal(window.rows(top, bottom), pixels[top:bottom])


def test_window_reads_no_further_than_is_asked_for() -> None:
    read: list[int] = []

    def strips() -> Any:
        for number in range(9):
            read.append(number)
            yield noise(10, 4, 1)

    Window(strips()).rows(0, 25)
    assert read == [0, 1, 2]


@pytest.mark.parametrize("alpha", [None, noise(7, 5)])
def test_picture_survives_its_strips(alpha: Any) -> None:
    picture = Picture(pixels=noise(7, 5, 3), alpha=alpha, metadata=Metadata(icc=b"profile"))
    again = picture_of(iter(cut(next(strips_of(picture)), [2, 3])), picture.layout)
    assert np.array_equal(again.pixels, picture.pixels)
    if again.alpha is None or alpha is None:
        assert again.alpha is alpha
    else:
        assert np.array_equal(again.alpha, alpha)
    assert again.metadata == picture.metadata


@pytest.mark.parametrize("size", [(20, 31), (33, 100), (90, 17), (1, 1), (130, 45)])
def test_strips_are_resized_as_the_whole_is(size: tuple[int, int]) -> None:
    pixels = noise(97, 45, 3)
    strips = resize_strips(iter(cut(pixels, [1, 40, 2, 30])), 97, 45, size=size)
    assert np.array_equal(np.concatenate(list(strips)), resize_integers(pixels, size=size))
