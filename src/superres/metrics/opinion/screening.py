"""Screening of raters: whose votes scatter to both sides far more than the others'."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from superres.metrics.opinion.ratings import Ratings

MOST_OUTLIERS = 0.05
LEAST_IMBALANCE = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Screening:
    """One entry per rater in every array."""

    raters: tuple[str, ...]
    above: NDArray[np.int64]
    """P: votes far above the stimulus's mean."""
    below: NDArray[np.int64]
    """Q: votes far below it."""
    votes: NDArray[np.int64]
    rejected: tuple[str, ...]
    """Raters with more than 5 % of far votes that lie on both sides."""


def screen(ratings: Ratings) -> Screening:
    """Rater screening by the β₂ test.

    Source: ITU-R BT.500-15, Annex 1, 2.3. For each stimulus the votes count as normal if their kurtosis
    β₂ = m₄/m₂² (moments divided by N) lies in [2, 4]; then a vote is far at 2 S from the mean, else at √20 S, S with
    N − 1. A rater is rejected if (P + Q)/n > 0.05 and |P − Q|/(P + Q) < 0.3, n the rater's own votes. One pass, as
    the recommendation asks; a rater who is merely stricter or milder stays, see `subject_bias`.

    A stimulus on which all agree tells nothing and counts no vote as far.

    Args:
        ratings: At least three votes for each stimulus. BT.500 means it for fifteen raters or more: with N raters no
            vote can lie further than (N − 1)/√N S from the mean.

    Raises:
        InvalidRequestError: If a stimulus has fewer than three votes.
    """
    ratings.need(per_stimulus=3, per_rater=1, method="the screening of BT.500")
    deviations = ratings.matrix - np.nanmean(ratings.matrix, axis=1, keepdims=True)
    spread = np.nanstd(ratings.matrix, axis=1, ddof=1)
    second = np.nanmean(deviations**2, axis=1)
    fourth = np.nanmean(deviations**4, axis=1)
    agreed = np.nanmax(ratings.matrix, axis=1) == np.nanmin(ratings.matrix, axis=1)
    kurtosis = fourth / np.where(agreed, 1.0, second) ** 2
    limit = np.where((kurtosis >= 2) & (kurtosis <= 4), 2.0, sqrt(20)) * spread
    limit = np.where(agreed, np.inf, limit)[:, None]
    above = (deviations >= limit).sum(axis=0)
    below = (deviations <= -limit).sum(axis=0)
    votes = (~np.isnan(ratings.matrix)).sum(axis=0)
    far = above + below
    rejected = (far / votes > MOST_OUTLIERS) & (np.abs(above - below) < LEAST_IMBALANCE * far)
    return Screening(
        raters=ratings.raters,
        above=above,
        below=below,
        votes=votes,
        rejected=tuple(name for name, out in zip(ratings.raters, rejected, strict=True) if out),
    )
