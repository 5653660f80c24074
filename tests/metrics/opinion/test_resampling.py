"""Bootstrap intervals."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.opinion.correlation import rank_correlation
from superres.metrics.opinion.resampling import interval, membership


def mean_of(values: Any) -> Any:
    return lambda weights: weights @ values / weights.sum(axis=1)


def test_interval_is_that_of_scipy() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=40)
    opinions = values + 0.5 * random.normal(size=40)
    found = interval(lambda weights: rank_correlation(values, opinions, weights), 40, resamples=4000)
    bootstrap: Any = stats.bootstrap
    theirs = bootstrap(
        (values, opinions),
        lambda one, other: stats.spearmanr(one, other)[0],
        paired=True,
        vectorized=False,
        n_resamples=1500,
        rng=1,
    ).confidence_interval
    assert found == pytest.approx((theirs.low, theirs.high), abs=0.015)


def test_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    inside: list[bool] = []
    for seed in range(300):
        values = random.exponential(size=60)
        lower, upper = interval(mean_of(values), 60, resamples=400, seed=seed)
        inside.append(lower < 1 < upper)
    assert np.mean(inside) == pytest.approx(0.94, abs=0.035)


def test_stimuli_of_one_group_are_drawn_together() -> None:
    # Ten copies of each value tell no more than one: the interval must not shrink.
    random = np.random.default_rng(2)
    values = random.normal(size=12)
    copies, groups = np.repeat(values, 10), [str(index) for index in np.repeat(np.arange(12), 10)]
    single = np.ptp(interval(mean_of(values), 12))
    assert np.ptp(interval(mean_of(copies), 120, groups=groups)) == pytest.approx(single, rel=0.05)
    assert np.ptp(interval(mean_of(copies), 120)) < 0.5 * single


def test_same_seed_gives_the_same_interval() -> None:
    values = np.arange(9.0)
    assert interval(mean_of(values), 9, seed=3) == interval(mean_of(values), 9, seed=3)
    assert interval(mean_of(values), 9, seed=3) != interval(mean_of(values), 9, seed=4)


def test_one_group_is_no_group() -> None:
    np.testing.assert_array_equal(membership(["a", "a"], 2), np.eye(2))
    np.testing.assert_array_equal(membership(["a", "b", "a"], 3), [[1, 0, 1], [0, 1, 0]])


def test_statistic_that_never_is_has_no_interval() -> None:
    assert np.isnan(interval(lambda weights: np.full(len(weights), np.nan), 5)).all()


def test_level_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="between 0 and 1"):
        interval(mean_of(np.arange(3.0)), 3, level=0.0)
