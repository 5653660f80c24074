"""Intervals of means, and tests of differences."""

from itertools import product
from math import inf, nan
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superres.errors import InvalidRequestError
from superres.evaluation import significance
from superres.evaluation.significance import Interval, holm, mean_interval, paired_difference

SKEWED = [30.03, 30.52, 31.47, 32.21, 33.96, 39.02]

# Darwin's maize, crossed less self-fertilized, in eighths of an inch; Fisher, "The Design of Experiments", 1935,
# sections 17 and 21: of the 32768 ways to set the signs, 863 give a sum of 314 or more.
MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def exact_interval(values: list[float], level: float) -> tuple[float, float]:
    """Efron 1987, equations 2.3 and 6.6, over all n^n resampled sets instead of some that are drawn."""
    sample, normal = np.array(values), NormalDist()
    means = np.array(list(product(values, repeat=len(values)))).mean(axis=1)
    share = ((means < sample.mean() - 1e-9).mean() + (means < sample.mean() + 1e-9).mean()) / 2
    shift = normal.inv_cdf(share)
    centred = sample - sample.mean()  # for a mean the jackknife's differences are these, up to a factor
    skew = (centred**3).sum() / (6 * (centred**2).sum() ** 1.5)

    def end(part: float) -> float:
        way = shift + normal.inv_cdf(part)
        return float(np.quantile(means, normal.cdf(shift + way / (1 - skew * way))))

    return end((1 - level) / 2), end((1 + level) / 2)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_interval_is_that_of_all_resampled_sets(level: float) -> None:
    found = mean_interval(SKEWED, level=level)
    assert found is not None
    # The means have a standard deviation of 1.2; ends from 9999 draws scatter by a few hundredths of it.
    assert (found.lower, found.upper) == pytest.approx(exact_interval(SKEWED, level), abs=0.15)


def test_interval_leans_towards_the_long_tail() -> None:
    found = mean_interval(SKEWED)
    assert found is not None
    mean = sum(SKEWED) / len(SKEWED)
    assert found.upper - mean > 1.2 * (mean - found.lower)


def test_interval_holds_the_true_mean_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(significance, "DRAWS", 399)
    random = np.random.default_rng(3)
    samples = random.uniform(-1, 1, (200, 30))
    found = [mean_interval(sample.tolist()) for sample in samples]
    held = sum(each is not None and each.lower <= 0 <= each.upper for each in found)
    # 190 expected; three standard deviations of the binomial are 9.
    assert 181 <= held <= 199


@pytest.mark.parametrize("values", [SKEWED, [30.1, 30.2, 30.4, 30.8, 31.6], [0.9, 0.7, 0.9, 0.8, 0.95]])
@pytest.mark.parametrize("unit", [3.0, 1e-3, 1e-200])
def test_interval_follows_the_unit(values: list[float], unit: float) -> None:
    found, scaled = mean_interval(values), mean_interval([unit * value for value in values])
    assert found is not None
    assert scaled is not None
    assert (scaled.lower / unit, scaled.upper / unit) == pytest.approx((found.lower, found.upper))


def test_same_values_give_the_same_interval() -> None:
    assert mean_interval(SKEWED) == mean_interval(SKEWED)


@pytest.mark.parametrize("values", [[], [30.0], [30.0, 31.0], [30.0, 31.0, inf], [inf, inf, inf], [30.0, 31.0, nan]])
def test_too_few_or_infinite_values_have_no_interval(values: list[float]) -> None:
    assert mean_interval(values) is None


def test_equal_values_have_an_interval_without_width() -> None:
    assert mean_interval([30.1] * 4) == Interval(30.1, 30.1)


def test_values_that_differ_in_the_last_digit_have_an_interval_too() -> None:
    values = [30.0, 30.0, 30.000000000000004]
    found = mean_interval(values)
    assert found is not None
    assert values[0] <= found.lower <= found.upper <= values[2]


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, nan])
def test_level_outside_its_range_is_refused(level: float) -> None:
    with pytest.raises(InvalidRequestError, match="a confidence level lies between 0 and 1, got"):
        mean_interval(SKEWED, level=level)
    with pytest.raises(InvalidRequestError, match="a confidence level"):
        paired_difference(SKEWED, SKEWED[::-1], level=level)


def share_as_large(differences: list[float]) -> float:
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(each >= abs(sum(differences)) - 1e-9 for each in sums) / len(sums)


@pytest.mark.parametrize("count", range(5, 9))
def test_probability_is_the_share_of_sign_patterns_with_as_large_a_mean(count: int) -> None:
    random = np.random.default_rng(count)
    first, second = random.normal(30.4, 1, count).tolist(), random.normal(30, 1, count).tolist()
    differences = [one - other for one, other in zip(first, second, strict=True)]
    assert paired_difference(first, second).probability == pytest.approx(share_as_large(differences))


def test_darwins_maize_has_the_probability_that_fisher_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(significance, "EXACT", 2**15)
    found = paired_difference(MAIZE, [0.0] * 15)
    assert found.mean == pytest.approx(314 / 15)
    assert found.probability == pytest.approx(2 * 863 / 32768)


def test_drawn_sign_patterns_come_near_to_all_of_them() -> None:
    # The standard deviation of a drawn probability is 0.0025 here.
    assert paired_difference(MAIZE, [0.0] * 15).probability == pytest.approx(2 * 863 / 32768, abs=0.008)


def test_five_images_cannot_give_less_than_a_sixteenth() -> None:
    assert paired_difference([40.0] * 5, [20.0, 21.0, 22.0, 23.0, 24.0]).probability == 0.0625


def test_order_of_models_turns_the_sign_alone() -> None:
    first, second = [31.0, 32.5, 30.0, 35.0, 36.0, 33.0], [30.0, 32.0, 30.5, 33.0, 35.0, 32.0]
    there, back = paired_difference(first, second), paired_difference(second, first)
    assert there.mean == -back.mean == pytest.approx(5 / 6)
    assert there.probability == back.probability
    assert there.interval is not None
    assert back.interval is not None
    assert there.interval.lower == pytest.approx(-back.interval.upper, abs=0.1)


def test_two_perfect_copies_do_not_differ() -> None:
    found = paired_difference([inf, inf, inf], [inf, inf, inf])
    assert (found.mean, found.interval, found.probability) == (0.0, Interval(0.0, 0.0), 1.0)


def test_perfect_copies_beside_others_count_as_equal() -> None:
    found = paired_difference([inf, 31.0, 32.0, 33.0], [inf, 30.0, 31.0, 32.0])
    assert found.mean == 0.75
    assert found.probability == share_as_large([0.0, 1.0, 1.0, 1.0]) == 0.25


def test_one_perfect_copy_is_infinitely_better_without_an_interval() -> None:
    found = paired_difference([inf, 31.0, 32.0], [30.0, 30.0, 30.0])
    assert (found.mean, found.interval, found.probability) == (inf, None, 1.0)


def test_single_image_tells_nothing() -> None:
    found = paired_difference([32.0], [30.0])
    assert (found.mean, found.interval, found.probability) == (2.0, None, 1.0)


@pytest.mark.parametrize(("first", "second", "counts"), [([1.0], [1.0, 2.0], "1 and 2"), ([], [], "0 and 0")])
def test_different_images_are_refused(first: list[float], second: list[float], counts: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"on the same images, but they have {counts} values"):
        paired_difference(first, second)


def test_holm_agrees_with_the_textbook_example() -> None:
    # Wikipedia, "Holm–Bonferroni method", example: four hypotheses, of which the last and the first are rejected at
    # 0.05. By hand: 4 × 0.005 = 0.02; 3 × 0.01 = 0.03; 2 × 0.03 = 0.06; 1 × 0.04, not below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_holm_of_one_or_none_changes_nothing() -> None:
    assert holm([0.3]) == (0.3,)
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_never_goes_below_the_raw_value_or_above_one(raw: list[float]) -> None:
    corrected = holm(raw)
    pairs = sorted(zip(raw, corrected, strict=True))
    assert all(before <= after <= 1 for before, after in pairs)
    assert [after for _, after in pairs] == sorted(corrected)
