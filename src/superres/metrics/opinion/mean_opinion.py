"""Mean opinion scores, and their differences from a hidden reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.opinion.ratings import Ratings


@dataclass(frozen=True, kw_only=True, slots=True)
class MeanOpinion:
    """One entry per stimulus in every field; scores in the units of the rating scale."""

    stimuli: tuple[str, ...]
    counts: NDArray[np.int64]
    """Number of votes."""
    mean: NDArray[np.float64]
    standard_deviation: NDArray[np.float64]
    """Of the votes, dividing by their number less one."""
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def mean_opinion(ratings: Ratings, *, level: float = 0.95) -> MeanOpinion:
    """Mean opinion score of each stimulus, with the confidence interval of the mean.

    Source: ITU-T P.800, B.4; ITU-R BT.500-15, Annex 1, 2.2. BT.500 writes mean ± 1.96 S/√N, the normal limit for
    many raters. Here the factor is Student's t with N − 1 degrees of freedom, as ITU-T P.1401 asks for fewer than
    thirty votes; with 24 raters the interval is 6 % wider than BT.500's. It is not cut off at the scale's ends.

    Args:
        ratings: At least two votes for each stimulus.
        level: Confidence, in (0, 1).

    Raises:
        InvalidRequestError: If a stimulus has a single vote, or the level is out of range.
    """
    if not 0 < level < 1:
        raise InvalidRequestError(f"the confidence of an interval lies between 0 and 1, got {level}")
    ratings.need(per_stimulus=2, per_rater=1, method="an interval")
    counts = (~np.isnan(ratings.matrix)).sum(axis=1)
    mean = np.nanmean(ratings.matrix, axis=1)
    deviation = np.nanstd(ratings.matrix, axis=1, ddof=1)
    half = stats.t.ppf((1 + level) / 2, counts - 1) * deviation / np.sqrt(counts)
    return MeanOpinion(
        stimuli=ratings.stimuli,
        counts=counts,
        mean=mean,
        standard_deviation=deviation,
        lower=mean - half,
        upper=mean + half,
    )


def differential_ratings(ratings: Ratings, *, highest: float = 5.0) -> Ratings:
    """Each rater's score less the same rater's score of the hidden reference, plus the best score of the scale.

    Source: ITU-T P.910, 7.2 (absolute category rating with hidden reference): DV = V(stimulus) − V(reference) + 5.
    Values above the best score, where the reference was rated worse, are kept. The mean opinion score of the result
    is the DMOS.

    Args:
        ratings: A study whose stimuli name their references.
        highest: Best score of the scale.

    Returns:
        Ratings of the stimuli that have a reference; a vote is missing where either of the two is. Raters who saw
        no such pair are left out.

    Raises:
        InvalidRequestError: If no stimulus names a reference, or nobody rated a stimulus together with its reference.
    """
    pairs = [
        (index, ratings.stimuli.index(name))
        for index, name in enumerate(ratings.references)
        if name is not None and name != ratings.stimuli[index]
    ]
    if not pairs:
        raise InvalidRequestError("no stimulus names a hidden reference; the column 'reference' is for that")
    own, reference = (list(side) for side in zip(*pairs, strict=True))
    matrix = ratings.matrix[own] - ratings.matrix[reference] + highest
    kept = np.flatnonzero(~np.isnan(matrix).all(axis=0)).tolist()
    return Ratings(
        stimuli=tuple(ratings.stimuli[index] for index in own),
        raters=tuple(ratings.raters[index] for index in kept),
        matrix=matrix[:, kept],
    )
