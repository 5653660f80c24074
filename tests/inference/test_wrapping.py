"""Textures whose opposite edges go on into each other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import superres
from superres.inference.wrapping import strips_with_edges, without_edges


def texture(height: int, width: int) -> Any:
    """Waves that go on beyond the edges."""
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(2 * np.pi * (a * y / height + b * x / width) + a) for a, b in ((1, 2), (3, -1), (7, 5))]
    return np.stack([np.rint(127 + 100 * wave) for wave in waves], axis=2).astype(np.uint8)


@given(st.lists(st.integers(0, 30), max_size=9))
def test_edges_that_were_put_on_come_off(cuts: list[int]) -> None:
    image = texture(12, 9)
    (wide,) = strips_with_edges(image, 10)
    assert np.array_equal(wide[:10, 10:19], image[-10:])
    strips = [strip for strip in np.split(wide, sorted(cuts)) if len(strip)]
    assert np.array_equal(np.concatenate(list(without_edges(iter(strips), 10))), image)


@pytest.mark.parametrize("scale", [2, 4, 1.5])
@pytest.mark.parametrize("tile_size", [128, 768])
def test_moved_texture_becomes_the_moved_result(scale: float, tile_size: int) -> None:
    image = texture(60, 72)
    there = superres.upscale(image, scale, wraps=True, precision="float32", tile_size=tile_size)
    moved = superres.upscale(np.roll(image, (24, 36), (0, 1)), scale, wraps=True, precision="float32")
    expected = np.roll(there, (round(24 * scale), round(36 * scale)), (0, 1))
    assert np.abs(moved.astype(int) - expected).max() <= 1
    # Without, the edges know nothing of each other.
    apart = superres.upscale(image, scale, precision="float32")
    assert np.abs(apart.astype(int) - there).max() > 4


def test_alpha_wraps_too() -> None:
    image = np.dstack([texture(24, 24), texture(24, 24)[..., 0]])
    there = superres.upscale(image, 2, wraps=True, precision="float32")
    moved = superres.upscale(np.roll(image, 12, 0), 2, wraps=True, precision="float32")
    assert np.abs(moved.astype(int) - np.roll(there, 24, 0)).max() <= 1
