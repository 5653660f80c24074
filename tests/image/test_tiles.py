"""Tiles."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from superres.errors import InvalidRequestError
from superres.image.tiles import Rectangle, Tile, plan_tiles

SIDES = st.integers(1, 250)


def inside(kept: int, source: int, side: int) -> int:
    """Distance from an edge of what is kept to the edge of its source; the image's own edges need none."""
    return side if source in (0, side) and kept == source else abs(kept - source)


@given(SIDES, SIDES, st.integers(1, 120), st.integers(0, 30), st.integers(1, 12))
def test_plan_keeps_its_promises(height: int, width: int, size: int, overlap: int, grid: int) -> None:
    assume(size >= 2 * overlap + 2 * grid)
    tiles = plan_tiles(height, width, size=size, overlap=overlap, grid=grid)
    seen = np.zeros((height, width), int)
    for tile in tiles:
        seen[tile.kept.slices] += 1
    assert np.all(seen == 1), "every pixel is kept once"
    assert len({(tile.source.height, tile.source.width) for tile in tiles}) == 1, "all sources have one shape"
    for tile in tiles:
        _check(tile, height, width, size, overlap, grid)


def _check(tile: Tile, height: int, width: int, size: int, overlap: int, grid: int) -> None:
    source, kept = tile.source, tile.kept
    assert source.top % grid == source.left % grid == 0
    assert source.height * source.width <= size * size
    assert 0 <= source.top <= kept.top < kept.bottom <= source.bottom <= height
    assert 0 <= source.left <= kept.left < kept.right <= source.right <= width
    assert kept.top == 0 or kept.top - source.top >= overlap
    assert kept.left == 0 or kept.left - source.left >= overlap
    assert kept.bottom == height or source.bottom - kept.bottom >= overlap
    assert kept.right == width or source.right - kept.right >= overlap


def test_small_image_is_one_tile() -> None:
    whole = Rectangle(0, 0, 30, 40)
    assert plan_tiles(30, 40, size=64, overlap=8, grid=6) == (Tile(whole, whole),)


def test_tiles_have_the_shape_that_takes_the_least_work() -> None:
    tiles = plan_tiles(750, 1000, size=768, overlap=30, grid=6)
    assert sum(tile.source.height * tile.source.width for tile in tiles) < 1.1 * 750 * 1000
    # Two halves and no four quarters, and full rows, which can be written while the next are made.
    assert [tile.kept.width for tile in tiles] == [1000, 1000]


@given(SIDES, SIDES, st.integers(1, 40))
def test_tiles_have_a_least_side_where_the_image_has_it(height: int, width: int, minimum: int) -> None:
    tiles = plan_tiles(height, width, size=45, overlap=1, grid=1, minimum=minimum)
    assert all(tile.source.height >= min(height, minimum) for tile in tiles)
    assert all(tile.source.width >= min(width, minimum) for tile in tiles)


def test_rectangle_scales_and_moves() -> None:
    inner = Rectangle(4, 6, 2, 3)
    assert inner.times(3) == Rectangle(12, 18, 6, 9)
    assert inner.within(Rectangle(1, 2, 20, 20)) == Rectangle(3, 4, 2, 3)
    assert inner.slices == (slice(4, 6), slice(6, 9))


@pytest.mark.parametrize(("size", "overlap", "grid"), [(20, 8, 6), (0, 0, 1), (10, -1, 1), (10, 1, 0)])
def test_plans_that_keep_nothing_are_refused(size: int, overlap: int, grid: int) -> None:
    with pytest.raises(InvalidRequestError, match="tiles"):
        plan_tiles(100, 100, size=size, overlap=overlap, grid=grid)
