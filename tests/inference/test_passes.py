"""Images on their way through networks, strip by strip."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples.backends import Repeater

from superres.image.picture import Layout, Picture
from superres.image.strips import Strips
from superres.inference.passes import through
from superres.inference.request import Plan
from superres.inference.upscaler import upscale


def noise(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def layout(height: int, width: int, channels: int = 3) -> Layout:
    return Layout(height=height, width=width, channels=channels, dtype=np.dtype(np.uint8))


def test_rows_come_out_long_before_all_have_gone_in() -> None:
    pixels, read = noise(1000, 30, 3), [0]

    def strips() -> Strips:
        for top in range(0, 1000, 10):
            read[0] = top + 10
            yield pixels[top : top + 10]

    plan = Plan(scale=3, passes=(Repeater(overlap=4), Repeater(overlap=4)), tile_size=40)
    first = next(through(strips(), layout(1000, 30), plan))
    assert first.shape[1:] == (90, 3)
    assert read[0] < 150


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("scale", [1.5, 2, 3, 4])
def test_heights_of_strips_do_not_matter(channels: int, scale: float) -> None:
    pixels = noise(90, 41, channels)
    passes = (Repeater(overlap=2, grid=3),) * (2 if scale > 2 else 1)
    plan = Plan(scale=scale, passes=passes, tile_size=24)
    answers = [
        np.concatenate(list(through(iter(np.split(pixels, cuts)), layout(90, 41, channels), plan)))
        for cuts in ([], [1, 2, 60], list(range(1, 90)))
    ]
    assert answers[0].shape == (round(90 * scale), round(41 * scale), channels)
    assert np.array_equal(answers[0], answers[1])
    assert np.array_equal(answers[0], answers[2])


@settings(max_examples=8)
@given(st.integers(1, 500), st.integers(1, 700), st.sampled_from([2, 3, 4]), st.sampled_from(["default", "tiny"]))
def test_tiles_of_a_shipped_network_are_the_whole_at_any_size(height: int, width: int, scale: int, tier: Any) -> None:
    rng = np.random.default_rng(height * 701 + width)
    # What photographs have, all frequencies: noise, enlarged.
    rough = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    pixels = np.clip(rough[:height, :width].astype(int) // 2 + rng.integers(0, 128, (height, width, 3)), 0, 255)
    image = pixels.astype(np.uint8)
    whole, tiles = (
        upscale(image, scale, tier=tier, precision="float32", engine="openvino", tile_size=side).astype(int)
        for side in (1024, 128)
    )
    assert np.abs(whole - tiles).max() <= 1


def test_alpha_that_is_constant_stays_so() -> None:
    pixels = np.concatenate([noise(60, 50, 3), np.full((60, 50, 1), 77, np.uint8)], axis=2)
    picture = Picture(pixels=pixels[..., :3], alpha=pixels[..., 3])
    backend = Repeater(grid=1, overlap=1)
    strips = list(through(iter([pixels]), picture.layout, Plan(scale=2, passes=(backend,), tile_size=16)))
    assert np.all(np.concatenate(strips)[..., 3] == 77)
