"""One opinion per stimulus, without the raters' biases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError
from superres.metrics.opinion.bias import subject_bias
from superres.metrics.opinion.ratings import Ratings

Method = Literal["p910", "p913"]
"""ITU-T P.910, Annex E, as `subject_bias` does it; or the means of ITU-T P.913, each rater's bias subtracted once."""


def consensus(ratings: Ratings) -> tuple[NDArray[np.float64], Method]:
    """Opinions, one per stimulus, and how they were found.

    By P.910, which gives weight to consistent raters; where its likelihood has no maximum, as happens with a handful
    of raters, by P.913: a rater's bias is the mean of their votes less the stimuli's means, and the opinion is the mean
    of votes less biases (restated in arXiv:2004.02067). That is the plain mean where no vote is missing.
    """
    try:
        return subject_bias(ratings).quality.value, "p910"
    except InvalidRequestError:
        means = np.nanmean(ratings.matrix, axis=1)
        biases = np.nanmean(ratings.matrix - means[:, None], axis=0)
        return np.nanmean(ratings.matrix - biases, axis=1), "p913"


def part(ratings: Ratings, stimuli: Sequence[int], raters: Sequence[int]) -> Ratings:
    """The votes of some raters for some stimuli; who or what has none among them is left out.

    Args:
        ratings: The whole study.
        stimuli: Their indices.
        raters: Their indices.

    Raises:
        InvalidRequestError: If no vote remains.
    """
    matrix = ratings.matrix[np.ix_(stimuli, raters)]
    present = ~np.isnan(matrix)
    rows, columns = np.flatnonzero(present.sum(axis=1)).tolist(), np.flatnonzero(present.sum(axis=0)).tolist()
    return Ratings(
        stimuli=tuple(ratings.stimuli[stimuli[row]] for row in rows),
        raters=tuple(ratings.raters[raters[column]] for column in columns),
        matrix=matrix[np.ix_(rows, columns)],
    )
