"""Mean opinion scores."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.opinion.mean_opinion import differential_ratings, mean_opinion
from superres.metrics.opinion.ratings import Ratings

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "opinion.json").read_text("utf-8"))
NAN = float("nan")


def table(matrix: Any, references: tuple[str | None, ...] = ()) -> Ratings:
    matrix = np.array(matrix, dtype=float)
    stimuli, raters = (
        tuple(f"{kind}{index}" for index in range(n)) for kind, n in zip("sr", matrix.shape, strict=True)
    )
    return Ratings(stimuli=stimuli, raters=raters, matrix=matrix, references=references)


def test_interval_is_scipys_of_student() -> None:
    votes = [3.0, 4.0, 4.0, 5.0, 2.0]
    found = mean_opinion(table([[*votes, NAN], [1, 2, 3, 4, 5, 5]]))
    lower, upper = stats.t.interval(0.95, 4, loc=np.mean(votes), scale=stats.sem(votes))
    assert found.counts.tolist() == [5, 6]
    assert (found.lower[0], found.upper[0]) == pytest.approx((lower, upper), abs=1e-9)
    assert found.standard_deviation[0] == pytest.approx(np.std(votes, ddof=1))


@pytest.mark.parametrize("study", GOLDEN["bias"])
def test_golden_mean_and_standard_error_agree_with_sureal(study: Any) -> None:
    found = mean_opinion(table(study["scores"]))
    np.testing.assert_allclose(found.mean, study["mos"], atol=1e-12)
    np.testing.assert_allclose(found.standard_deviation / np.sqrt(found.counts), study["mos_std"], atol=1e-12)


def test_unanimous_votes_have_an_interval_of_no_width() -> None:
    found = mean_opinion(table([[4, 4, 4]]))
    assert found.lower.tolist() == found.upper.tolist() == [4]


def test_more_confidence_is_wider() -> None:
    ratings = table([[1, 2, 4, 5]])
    assert mean_opinion(ratings, level=0.99).upper[0] > mean_opinion(ratings).upper[0]


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, NAN])
def test_confidence_lies_between_nothing_and_certainty(level: float) -> None:
    with pytest.raises(InvalidRequestError, match="between 0 and 1"):
        mean_opinion(table([[1, 2, 4, 5]]), level=level)


def test_single_vote_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="stimulus 's1' has 1 votes; an interval needs at least 2"):
        mean_opinion(table([[1, 2], [3, NAN]]))


def test_difference_is_taken_within_each_rater() -> None:
    found = differential_ratings(table([[3, 4, NAN], [5, 4, 2], [4, NAN, 1]], ("s1", None, "s1")))
    assert found.stimuli == ("s0", "s2")
    np.testing.assert_array_equal(found.matrix, [[3, 5, NAN], [4, NAN, 4]])


def test_reference_rated_worse_gives_more_than_the_best_score() -> None:
    assert differential_ratings(table([[5], [3]], ("s1", "s1"))).matrix.tolist() == [[7]]


def test_raters_without_a_pair_are_left_out() -> None:
    assert differential_ratings(table([[4, 3], [5, NAN]], ("s1", None))).raters == ("r0",)


def test_study_without_references_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="no stimulus names a hidden reference"):
        differential_ratings(table([[1, 2]]))
    with pytest.raises(InvalidRequestError, match="0 raters"):
        differential_ratings(table([[4, NAN], [NAN, 5]], ("s1", None)))
