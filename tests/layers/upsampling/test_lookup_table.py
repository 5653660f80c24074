"""Tables of answers: what stands between the keys, and how an image is read."""

from itertools import permutations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from superres.errors import InvalidWeightsError
from superres.layers.upsampling.lookup_table import KEYS, LookupTable, as_table, grid_values


def table(pixels: int = 4, levels: int = 5, scale: int = 2) -> LookupTable:
    generator = np.random.default_rng(pixels)
    values = generator.integers(-127, 128, (levels**pixels, scale, scale)).astype(np.int8)
    return LookupTable(values=values, key=KEYS[pixels])


def at(known: LookupTable, key: tuple[float, ...]) -> NDArray[np.float32]:
    return known.look_up(np.array(key, np.float32)[:, None])[0]


def entry(known: LookupTable, corner: tuple[int, ...]) -> NDArray[np.int8]:
    grid = known.values.reshape(*[known.levels] * known.pixels, -1)
    return grid[corner]


@pytest.mark.parametrize("pixels", KEYS)
def test_key_on_the_grid_gives_its_entry(pixels: int) -> None:
    known = table(pixels)
    for corner in list(product(range(4), repeat=pixels))[::7]:
        key = tuple(float(known.interval * place) for place in corner)
        assert np.array_equal(at(known, key), entry(known, corner))


# The paper's 24 cases: out = [(q - f1)P0 + (f1 - f2)P1 + (f2 - f3)P2 + (f3 - f4)P3 + f4·P4] / q, where from P0, the low
# corner, the pixel with the largest remainder is raised first.
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_each_of_the_orders_reads_its_own_five_entries(order: tuple[int, ...]) -> None:
    known, low = table(), np.array([1, 0, 2, 3])
    remainders = np.zeros(4)
    remainders[list(order)] = (53, 32, 16, 5)
    corners = [low + np.isin(np.arange(4), order[:count]) for count in range(5)]
    drops = (64 - 53, 53 - 32, 32 - 16, 16 - 5, 5)
    expected = sum(
        drop * entry(known, tuple(corner)).astype(float) for drop, corner in zip(drops, corners, strict=True)
    )
    assert at(known, tuple(64 * low + remainders)) == pytest.approx(expected / 64, abs=1e-4)


def test_table_of_a_linear_function_is_linear_between_its_keys() -> None:
    corners = np.array(list(product(range(5), repeat=4)))
    values = corners @ [[7], [-5], [9], [3]]
    known = LookupTable(values=values.astype(np.int8).reshape(-1, 1, 1), key=(2, 2))
    keys = np.random.default_rng(0).uniform(0, 255, (4, 200)).astype(np.float32)
    expected = (keys / 64).T @ [[7], [-5], [9], [3]]
    np.testing.assert_allclose(known.look_up(keys), expected, atol=1e-3)


def test_answers_do_not_jump_where_a_cell_or_an_order_ends() -> None:
    known, direction = table(), np.array([[0.3], [0.7], [-0.2], [0.5]])
    path = np.clip(np.array([[64], [63], [128], [64]]) + direction * np.linspace(-1, 1, 401), 0, 255)
    answers = known.look_up(path.astype(np.float32))
    assert np.abs(np.diff(answers, axis=0)).max() < 0.005 * 4 * 254 / 64


def picking(offset: int) -> LookupTable:
    """Answers with the half of one pixel of the key, at every place of the block."""
    levels = 17
    places = np.array(list(product(range(levels), repeat=4)))[:, offset]
    values = np.minimum(8 * places, 127).astype(np.int8)
    return LookupTable(values=np.repeat(values, 4).reshape(-1, 2, 2), key=(2, 2))


# With mirrored borders and all four turns, the key's first pixel is the pixel itself four times, its last one each of
# the diagonal neighbours once.
@pytest.mark.parametrize(("offset", "neighbours"), [(0, [(0, 0)] * 4), (3, [(-1, -1), (-1, 1), (1, -1), (1, 1)])])
def test_four_turns_see_all_sides_and_mirror_the_border(offset: int, neighbours: list[tuple[int, int]]) -> None:
    plane = np.random.default_rng(1).integers(0, 15, (5, 6)) * 16 / 255
    padded = np.pad(plane, 1, mode="reflect")
    expected = sum(padded[1 + y : 6 + y, 1 + x : 7 + x] for y, x in neighbours) / 2
    high = picking(offset).enlarge(plane)
    assert high == pytest.approx(np.repeat(np.repeat(expected, 2, 0), 2, 1), abs=1e-5)


def test_block_lies_as_a_pixel_shuffle_puts_it() -> None:
    values = np.tile(np.array([[1, 2], [3, 4]], np.int8), (2**4, 1, 1))
    high = LookupTable(values=values, key=(2, 2)).enlarge(np.zeros((2, 3)))
    # Every turn puts another number at a place; all four meet everywhere.
    assert high == pytest.approx(np.full((4, 6), 10 / 255))
    once = LookupTable(values=values, key=(2, 2)).look_up(np.zeros((4, 1), np.float32))
    assert once.tolist() == [[1, 2, 3, 4]]


def test_values_beyond_black_and_white_are_clipped() -> None:
    plane = np.random.default_rng(2).uniform(-0.5, 1.5, (6, 5))
    assert np.array_equal(table().enlarge(plane), table().enlarge(plane.clip(0, 1)))


@pytest.mark.parametrize(
    ("entries", "scale", "pixels", "interval"),
    [(17**4, 4, 4, 16), (9**4, 4, 4, 32), (17**3, 4, 3, 16), (257**2, 4, 2, 1), (17**4, 2, 4, 16)],
)
def test_shape_of_a_file_tells_its_form(entries: int, scale: int, pixels: int, interval: int) -> None:
    found = as_table(np.zeros((entries, 1, scale, scale), np.int8))
    assert (found.pixels, found.interval, found.scale, found.key) == (pixels, interval, scale, KEYS[pixels])


@pytest.mark.parametrize(
    "array", [np.zeros((625, 1, 2, 2)), np.zeros((624, 1, 2, 2), np.int8), np.zeros((625, 2, 2), np.int8)]
)
def test_array_that_is_no_table_is_refused(array: NDArray[np.int8]) -> None:
    with pytest.raises(InvalidWeightsError, match="got"):
        as_table(array)


def test_white_stands_for_the_last_value_of_the_grid() -> None:
    assert grid_values(64).tolist() == [0, 64, 128, 192, 255]


@pytest.mark.parametrize("interval", [0, 3])
def test_interval_that_does_not_divide_is_refused(interval: int) -> None:
    with pytest.raises(InvalidWeightsError, match="divides 256"):
        grid_values(interval)
