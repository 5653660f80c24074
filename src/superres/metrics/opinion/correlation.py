"""Correlation coefficients of two lists for many weightings at once; whole weights are resamples with repetition.

Everything is a product of matrices, so that two thousand resamples take no loop; SciPy's coefficients know no weights,
and are what the tests compare with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NOTHING = 1e-12
"""Share of the whole variance below which a resample counts as constant."""


def linear_correlation(values: Array, opinions: Array, weights: Array) -> Array:
    """Pearson's coefficient (PLCC).

    Args:
        values: (n,), or (resamples, n) where they differ between resamples.
        opinions: The same.
        weights: (resamples, n), at least 0.

    Returns:
        One per resample; NaN where either list is constant, or the resample has no weight.
    """
    total = weights.sum(axis=1, keepdims=True)
    shares = weights / np.where(total > 0, total, np.nan)
    first, second = (each - (shares * each).sum(axis=1, keepdims=True) for each in (values, opinions))
    variances = [(shares * each**2).sum(axis=1) for each in (first, second)]
    product = np.ones(len(weights))
    for variance, each in zip(variances, (values, opinions), strict=True):
        product *= np.where(variance > NOTHING * each.var(), variance, np.nan)
    return (shares * first * second).sum(axis=1) / np.sqrt(product)


def rank_correlation(values: Array, opinions: Array, weights: Array) -> Array:
    """Spearman's coefficient (SRCC): Pearson's of the ranks, equals sharing the mean of their ranks.

    Args:
        values: (n,).
        opinions: (n,).
        weights: See `linear_correlation`, which also says what comes back.
    """
    return linear_correlation(_ranks(values, weights), _ranks(opinions, weights), weights)


def order_correlation(values: Array, opinions: Array, weights: Array) -> Array:
    """Kendall's coefficient (KRCC) in the form τ-b, which corrects for equals.

    Source: Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945: pairs in the same order less
    pairs in the opposite one, over the geometric mean of the numbers of pairs that differ in either list.

    Args:
        values: (n,).
        opinions: (n,).
        weights: See `linear_correlation`, which also says what comes back.
    """
    first, second = (np.sign(each[:, None] - each[None, :]) for each in (values, opinions))
    agreeing, differing, other = (
        ((weights @ each) * weights).sum(axis=1) for each in (first * second, np.abs(first), np.abs(second))
    )
    product = differing * other
    return agreeing / np.sqrt(np.where(product > 0, product, np.nan))


def _ranks(values: Array, weights: Array) -> Array:
    """Mean ranks in every resample, but for a constant; (resamples, n)."""
    below = (values[None, :] < values[:, None]) + 0.5 * (values[None, :] == values[:, None])
    return weights @ below.T
