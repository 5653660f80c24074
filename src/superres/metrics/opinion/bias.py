"""Bias and inconsistency of each rater, and the quality that remains without them."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.opinion.ratings import Ratings

TOLERANCE = 1e-8
"""Change of the qualities, as a Euclidean norm, below which the solver stops; also the floor of the variances."""
MOST_STEPS = 1000

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """Values with 95 % intervals."""

    value: Array
    lower: Array
    upper: Array


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectBias:
    """The model score = quality + bias + inconsistency · normal noise, in the units of the rating scale."""

    stimuli: tuple[str, ...]
    raters: tuple[str, ...]
    quality: Estimate
    """ψ, one per stimulus."""
    bias: Estimate
    """Δ, one per rater; their mean is zero."""
    inconsistency: Estimate
    """υ, one per rater; a standard deviation."""
    steps: int


def subject_bias(ratings: Ratings) -> SubjectBias:
    """Maximum-likelihood qualities, biases and inconsistencies, by alternating projection.

    Source: ITU-T P.910 (07/2022), Annex E, with u_ij = ψ_j + Δ_i + υ_i X. In turn, until ψ moves by less than
    1e-8: υ_i is the standard deviation (divided by N) of rater i's residuals; ψ_j the mean of u_ij − Δ_i with
    weights 1/(υ_i² + 1e-8); Δ_i the mean of u_ij − ψ_j. Finally the mean of Δ is moved into ψ. Intervals:
    ψ_j ± 1.96/√Σ_i υ_i⁻², Δ_i ± 1.96 υ_i/√n_i, and υ_i √(n_i/χ²) at the 97.5 % and 2.5 % quantiles of χ² with n_i
    degrees of freedom, n_i the votes of rater i.

    Args:
        ratings: At least two stimuli; two votes for each stimulus and by each rater.

    Raises:
        InvalidRequestError: If there are fewer, if a rater's scores follow the model without any noise (the
            likelihood then has no maximum), or if the solver does not settle.
    """
    ratings.need(per_stimulus=2, per_rater=2, method="the bias of raters")
    scores = ratings.matrix
    quality, bias, noise, steps = _solve(scores)
    if noise.min() <= sqrt(TOLERANCE):
        name = ratings.raters[int(noise.argmin())]
        raise InvalidRequestError(
            f"the scores of rater {name!r} are a constant away from the estimated quality, which leaves their "
            "noise, and so the model, undetermined; use mean opinions, or gather more raters"
        )
    shift = float(bias.mean())
    present = ~np.isnan(scores)
    counts = present.sum(axis=0)
    normal = NormalDist().inv_cdf(0.975)
    precision = np.where(present, noise**-2.0, 0.0).sum(axis=1)
    return SubjectBias(
        stimuli=ratings.stimuli,
        raters=ratings.raters,
        quality=_around(quality + shift, normal / np.sqrt(precision)),
        bias=_around(bias - shift, normal * noise / np.sqrt(counts)),
        inconsistency=Estimate(
            value=noise,
            lower=noise * np.sqrt(counts / stats.chi2.ppf(0.975, counts)),
            upper=noise * np.sqrt(counts / stats.chi2.ppf(0.025, counts)),
        ),
        steps=steps,
    )


def _solve(scores: Array) -> tuple[Array, Array, Array, int]:
    """Quality, bias, inconsistency and the number of steps."""
    present = ~np.isnan(scores)
    quality = np.nanmean(scores, axis=1)
    bias = np.nanmean(scores - quality[:, None], axis=0)
    for step in range(1, MOST_STEPS + 1):
        noise = np.nanstd(scores - quality[:, None] - bias, axis=0)
        weights = present / (noise**2 + TOLERANCE)
        before, quality = quality, np.nansum((scores - bias) * weights, axis=1) / weights.sum(axis=1)
        bias = np.nanmean(scores - quality[:, None], axis=0)
        if np.linalg.norm(quality - before) < TOLERANCE:
            return quality, bias, noise, step
    raise InvalidRequestError(
        f"the bias of raters did not settle in {MOST_STEPS} steps: too few raters saw the same stimuli"
    )


def _around(value: Array, half: Array) -> Estimate:
    return Estimate(value=value, lower=value - half, upper=value + half)
