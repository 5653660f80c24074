"""Intervals by resampling: stimuli, or whole contents with all their stimuli, are drawn again and again.

SciPy's bootstrap gives the same intervals of stimuli, but none where one resample is constant, or where the agreement
is perfect: both happen in small studies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError

Array = NDArray[np.float64]

RESAMPLES = 2000


def interval(
    statistic: Callable[[Array], Array],
    count: int,
    *,
    groups: Sequence[str] | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float]:
    """Bias-corrected and accelerated (BCa) bootstrap interval of a statistic of stimuli.

    Source: Efron, "Better bootstrap confidence intervals", JASA 82, 1987. Plain percentiles lie too low where a
    coefficient nears 1. Stimuli of one group, such as the versions of one photograph, are drawn together, since they
    are no independent witnesses; with few groups the interval is too narrow (in a simulation of SRCC,
    intervals of 95 % held the truth in 94 % of cases with 24 groups of five, but in 84 % with eight).

    Args:
        statistic: From weights (resamples, count), whole numbers in a resample, to one value per row; NaN where a
            resample gives none, which is then left out.
        count: Number of stimuli.
        groups: The group of each stimulus; where not given, or where there is but one, each stands for itself.
        level: Confidence, in (0, 1).
        resamples: How many.
        seed: Of the random draws.

    Returns:
        Lower and upper limit; NaN if no resample gives a value.

    Raises:
        InvalidRequestError: If the level is out of range.
    """
    if not 0 < level < 1:
        raise InvalidRequestError(f"the confidence of an interval lies between 0 and 1, got {level}")
    members = membership(groups, count)
    draws = np.random.default_rng(seed).multinomial(len(members), [1 / len(members)] * len(members), resamples)
    values = statistic(draws.astype(float) @ members)
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    estimate = float(statistic(np.ones((1, count)))[0])
    left_out = statistic(1 - members) if len(members) > 2 else np.zeros(0)
    probabilities = _corrected(values, estimate, left_out[~np.isnan(left_out)], level)
    lower, upper = np.quantile(values, probabilities)
    return float(lower), float(upper)


def membership(groups: Sequence[str] | None, count: int) -> Array:
    """Which stimuli each group has, 0 or 1; (groups, stimuli)."""
    if groups is None or len(set(groups)) < 2:
        return np.eye(count)
    names = list(dict.fromkeys(groups))
    return np.array([[float(group == name) for group in groups] for name in names])


def _corrected(values: Array, estimate: float, left_out: Array, level: float) -> list[float]:
    """Probabilities whose quantiles are the limits."""
    normal = NormalDist()
    # Equals count half: a perfect agreement equals itself in every resample.
    below = float((values < estimate - 1e-12).mean() + (np.abs(values - estimate) <= 1e-12).mean() / 2)
    bias = normal.inv_cdf(min(max(below, 0.5 / len(values)), 1 - 0.5 / len(values)))
    deviations = left_out.mean() - left_out if len(left_out) else left_out
    spread = float((deviations**2).sum()) ** 1.5
    acceleration = float((deviations**3).sum()) / (6 * spread) if spread > 0 else 0.0

    def probability(limit: float) -> float:
        moved = bias + normal.inv_cdf(limit)
        scale = 1 - acceleration * moved
        # Beyond this point the correction has no meaning; the last resample is the limit then.
        return normal.cdf(bias + moved / scale) if scale > 0 else float(moved > 0)

    return [probability((1 - level) / 2), probability((1 + level) / 2)]
