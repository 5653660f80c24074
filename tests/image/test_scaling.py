"""Sizes at any scale."""

import math

import pytest

from superres.image.scaling import enlarged, exact, grid_of

PLAIN = [(2.7, 27, 10), (4, 4, 1), (7 / 3, 7, 3), (1.125, 9, 8), (131 / 48, 131, 48)]


@pytest.mark.parametrize(("scale", "numerator", "denominator"), PLAIN)
def test_scale_is_the_fraction_that_is_meant(scale: float, numerator: int, denominator: int) -> None:
    assert exact(scale).as_integer_ratio() == (numerator, denominator)


def test_scale_that_is_no_plain_fraction_is_kept_bit_by_bit() -> None:
    assert float(exact(math.pi)) == math.pi


def test_halves_are_rounded_to_the_even_neighbour_whatever_floating_point_makes_of_them() -> None:
    assert round(55 * 1.1) == 61
    assert enlarged(55, 1.1) == 60
    assert enlarged(5, 1.1) == 6


@pytest.mark.parametrize("scale", [1.1, 1.25, 1.5, 2, 2.7, 7 / 3, 3.125])
def test_part_that_starts_on_the_grid_counts_as_the_whole_does(scale: float) -> None:
    start = 3 * grid_of(scale)
    assert start * scale == pytest.approx(enlarged(start, scale))
    for side in range(1, 100):
        assert enlarged(start + side, scale) == enlarged(start, scale) + enlarged(side, scale)


def test_grid_of_a_scale_without_a_plain_fraction_is_larger_than_any_image() -> None:
    assert grid_of(math.pi) > 10**6
