"""The summary of a table of ratings."""

import numpy as np
import pytest

from superres.errors import InvalidRequestError
from superres.metrics.opinion.ratings import Ratings
from superres.metrics.opinion.summary import summary


def table(matrix: object, references: tuple[str | None, ...] = ()) -> Ratings:
    scores = np.array(matrix, dtype=float)
    stimuli, raters = (
        tuple(f"{kind}{index}" for index in range(n)) for kind, n in zip("sr", scores.shape, strict=True)
    )
    return Ratings(stimuli=stimuli, raters=raters, matrix=scores, references=references)


def test_everything_is_there_where_the_study_allows() -> None:
    scores = np.linspace(1, 5, 30)[:, None] + np.random.default_rng(2).normal(size=(30, 8))
    facts = summary(table(scores, (*[None] * 29, "s0"))).to_dict()
    assert facts["doubts"] == []
    assert set(facts["stimuli"]["s29"]) == {"votes", "standard_deviation", "mean", "without_bias", "differential"}
    assert facts["stimuli"]["s29"]["mean"]["value"] == pytest.approx(scores[29].mean())
    assert "differential" not in facts["stimuli"]["s0"]
    assert set(facts["raters"]["r0"]) == {"votes", "far_above", "far_below", "rejected", "bias", "inconsistency"}


def test_what_a_thin_study_does_not_tell_is_said() -> None:
    found = summary(table([[1, 3], [2, 4]]))
    assert (found.screening, found.bias, found.differential) == (None, None, None)
    assert [doubt.split(":")[0] for doubt in found.doubts] == ["no screening", "no biases"]
    assert found.to_dict()["raters"] == {"r0": {"votes": 2}, "r1": {"votes": 2}}


def test_single_vote_has_no_interval() -> None:
    with pytest.raises(InvalidRequestError, match="needs at least 2"):
        summary(table([[1.0], [2.0]]))
