"""Screening of raters."""

import json
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.opinion.ratings import Ratings
from superres.metrics.opinion.screening import screen

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "opinion.json").read_text("utf-8"))["screening"]


def table(matrix: Any) -> Ratings:
    matrix = np.array(matrix, dtype=float)
    stimuli, raters = (
        tuple(f"{kind}{index}" for index in range(n)) for kind, n in zip("sr", matrix.shape, strict=True)
    )
    return Ratings(stimuli=stimuli, raters=raters, matrix=matrix)


def test_golden_rejection_agrees_with_sureal() -> None:
    assert screen(table(GOLDEN["scores"])).rejected == tuple(
        f"r{index}" for index, rejected in enumerate(GOLDEN["rejected"]) if rejected
    )


def test_counts_follow_the_recommendation_vote_by_vote() -> None:
    matrix = np.array(GOLDEN["scores"])
    matrix[3, 2] = matrix[5, 4] = np.nan
    above, below = np.zeros((2, matrix.shape[1]), int)
    for row in matrix:
        votes = row[~np.isnan(row)]
        far = (2 if 2 <= stats.kurtosis(votes, fisher=False) <= 4 else sqrt(20)) * votes.std(ddof=1)
        above += row >= votes.mean() + far
        below += row <= votes.mean() - far
    found = screen(table(matrix))
    assert (found.above.tolist(), found.below.tolist()) == (above.tolist(), below.tolist())
    assert (found.votes[2], found.votes[0]) == (39, 40)
    assert above.sum() > 0 < below.sum()


def test_rater_who_is_only_stricter_stays() -> None:
    random = np.random.default_rng(2)
    matrix = 3 + 0.3 * random.normal(size=(40, 20))
    matrix[:, 7] -= 0.8
    found = screen(table(matrix))
    assert found.below[7] > 10
    assert found.above[7] == 0
    assert found.rejected == ()


def test_unanimous_stimuli_count_nobody_as_far() -> None:
    found = screen(table(np.full((4, 5), 0.1)))
    assert not found.above.any()
    assert not found.below.any()
    assert found.rejected == ()


def test_two_votes_are_too_few() -> None:
    with pytest.raises(InvalidRequestError, match=r"screening of BT\.500 needs at least 3"):
        screen(table([[1, 2]]))
