"""Correlation after a logistic curve."""

from typing import Any

import numpy as np
import pytest
from scipy import optimize

from superres.metrics.opinion.correlation import linear_correlation
from superres.metrics.opinion.logistic import ZOOMS, curve_correlation


def curve(x: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return a + (b - a) / (1 + np.exp(-(x - c) / d))


def one(values: Any, opinions: Any) -> float:
    return curve_correlation(values, opinions, np.ones((1, len(values))), zooms=ZOOMS).item()


@pytest.mark.parametrize("seed", range(4))
def test_best_curve_is_that_of_scipy(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(30, 4, size=40)
    opinions = curve(values, 1.3, 4.6, 29 + seed, 1.2) + 0.3 * random.normal(size=40)
    fitted, _ = optimize.curve_fit(curve, values, opinions, [1, 5, 30, 2])
    assert one(values, opinions) == pytest.approx(np.corrcoef(curve(values, *fitted), opinions)[0, 1], abs=1e-6)


def test_straight_line_needs_no_curve() -> None:
    random = np.random.default_rng(7)
    values = random.uniform(size=50)
    opinions = values + 0.1 * random.normal(size=50)
    plain = linear_correlation(values, opinions, np.ones((1, 50))).item()
    assert plain - 1e-4 < one(values, opinions) < plain + 0.02


def test_curve_never_falls() -> None:
    values = np.arange(20.0)
    assert one(values, -values) == 0


def test_grid_alone_comes_close() -> None:
    random = np.random.default_rng(8)
    values = random.normal(size=60)
    opinions = curve(values, 1, 5, 0.3, 0.4) + 0.4 * random.normal(size=60)
    assert curve_correlation(values, opinions, np.ones((1, 60))).item() == pytest.approx(
        one(values, opinions), abs=2e-3
    )


def test_constant_resample_has_none() -> None:
    weights = np.array([[3.0, 0, 0, 0], [1, 1, 1, 0]])
    found = curve_correlation(np.arange(4.0), np.array([1.0, 2, 3, 3]), weights)
    assert np.isnan(found).tolist() == [True, False]
