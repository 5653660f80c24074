"""A degradation is a list of steps that gives the same bytes each time."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from pydantic import TypeAdapter
from samples.pictures import noise

from superres.data.degradation.blur import Blur, Ringing
from superres.data.degradation.compression import JPEG, WebP
from superres.data.degradation.downsample import Resize
from superres.data.degradation.noise import GaussianNoise, SensorNoise, ShotNoise
from superres.data.degradation.pipeline import Degradation
from superres.errors import InvalidConfigError, InvalidImageError

EVERYTHING = Degradation(
    scale=2,
    steps=(
        Blur(form="plateau", size=7, widths=(1.0, 0.5), angle=0.3, shape=1.2),
        Resize(scale=0.8, kernel="bilinear"),
        ShotNoise(photons=2000, seed=1),
        Resize(scale=2, kernel="area"),
        SensorNoise(shot=0.1, read=1, seed=2),
        WebP(quality=80),
        GaussianNoise(deviation=2, is_grey=True, seed=3),
        Ringing(size=9, cutoff=2.0),
        JPEG(quality=70),
    ),
)


def test_replay_from_what_was_written_down_gives_the_same_bytes() -> None:
    pixels = noise(40, 60, 3)
    text = json.dumps(asdict(EVERYTHING))
    replayed = TypeAdapter(Degradation).validate_json(text)
    assert replayed == EVERYTHING
    np.testing.assert_array_equal(replayed(pixels), EVERYTHING(pixels), strict=True)
    assert EVERYTHING(pixels).shape == (20, 30, 3)


def test_order_of_the_steps_matters() -> None:
    pixels = noise(40, 60, 3)
    other = Degradation(scale=2, steps=(EVERYTHING.steps[-1], *EVERYTHING.steps[:-1]))
    assert (other(pixels) != EVERYTHING(pixels)).any()


def test_input_is_left_as_it_is() -> None:
    pixels = noise(20, 20, 3)
    before = pixels.copy()
    EVERYTHING(pixels)
    np.testing.assert_array_equal(pixels, before)


def test_grey_images_are_degraded_too() -> None:
    steps = (Resize(scale=2), GaussianNoise(deviation=2, seed=1), JPEG(quality=70))
    assert Degradation(scale=2, steps=steps)(noise(20, 30, 1)).shape == (10, 15, 1)


@pytest.mark.parametrize(
    ("steps", "found"),
    [((), "the size it begins with"), ((Resize(scale=3.0),), "×3"), ((Resize(scale=2), Resize(scale=1.5)), r"×1\.5")],
)
def test_steps_that_end_at_another_size_are_refused(steps: tuple[Resize, ...], found: str) -> None:
    with pytest.raises(InvalidConfigError, match=f"must end at that size, but its steps end at {found}"):
        Degradation(scale=2, steps=steps)


def test_side_that_is_no_multiple_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="21×20 pixels cannot be reduced ×2; crop it"):
        EVERYTHING(noise(20, 21, 3))


def test_margin_adds_up_what_the_filters_see() -> None:
    # A blur of 3 pixels to each side, the bilinear kernel of the smaller image's pixels, bicubic ones, a blur of 2 of
    # these: (3 + 1 · 1.5 + 2 · 4 + 2 · 4) / 4.
    steps = (
        Blur(size=7, widths=(1.0, 1.0)),
        Resize(scale=1.5, kernel="bilinear"),
        Resize(scale=4, kernel="bicubic"),
        Ringing(size=5, cutoff=1.0),
        JPEG(quality=50),
    )
    assert Degradation(scale=4, steps=steps).margin == 6
