"""Correlation coefficients of many resamples at once."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from superres.metrics.opinion.correlation import linear_correlation, order_correlation, rank_correlation

FORMS = [
    (linear_correlation, stats.pearsonr),
    (rank_correlation, stats.spearmanr),
    (order_correlation, stats.kendalltau),
]


def with_equals() -> Any:
    random = np.random.default_rng(4)
    values = np.round(random.normal(size=25), 1)
    return values, np.round(values + random.normal(size=25))


@pytest.mark.parametrize(("ours", "theirs"), FORMS)
def test_coefficients_agree_with_scipy(ours: Any, theirs: Any) -> None:
    values, opinions = with_equals()
    assert ours(values, opinions, np.ones((1, 25)))[0] == pytest.approx(theirs(values, opinions)[0], abs=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), FORMS)
def test_weights_are_repetitions(ours: Any, theirs: Any) -> None:
    values, opinions = with_equals()
    drawn = np.random.default_rng(5).integers(0, 25, (6, 25))
    weights = np.array([np.bincount(row, minlength=25) for row in drawn], dtype=float)
    expected = [theirs(values[row], opinions[row])[0] for row in drawn]
    np.testing.assert_allclose(ours(values, opinions, weights), expected, atol=1e-12)


@pytest.mark.parametrize("ours", [form for form, _ in FORMS])
def test_constant_and_empty_resamples_have_no_coefficient(ours: Any) -> None:
    values, opinions = np.array([0.1, 0.1, 0.3, 0.7]), np.array([1.0, 2, 3, 4])
    weights = np.array([[2.0, 2, 0, 0], [0, 0, 4, 0], [0, 0, 0, 0]])
    assert np.isnan(ours(values, opinions, weights)).all()
