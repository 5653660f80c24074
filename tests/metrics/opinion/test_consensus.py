"""One opinion per stimulus."""

import json
from pathlib import Path

import numpy as np

from superres.metrics.opinion.consensus import consensus, part
from superres.metrics.opinion.ratings import Ratings

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "opinion.json").read_text("utf-8"))


def table(matrix: object) -> Ratings:
    scores = np.array(matrix, dtype=float)
    stimuli, raters = (
        tuple(f"{kind}{index}" for index in range(n)) for kind, n in zip("sr", scores.shape, strict=True)
    )
    return Ratings(stimuli=stimuli, raters=raters, matrix=scores)


def test_consistent_raters_weigh_more_where_they_can_be_told() -> None:
    study = GOLDEN["bias"][2]
    opinions, method = consensus(table(study["scores"]))
    assert method == "p910"
    np.testing.assert_allclose(opinions, study["quality"], atol=1e-6)


def test_where_they_cannot_biases_are_subtracted_as_sureal_does() -> None:
    # The study in which one rater would be taken for the truth.
    opinions, method = consensus(table(GOLDEN["bias"][1]["scores"]))
    assert method == "p913"
    np.testing.assert_allclose(opinions, GOLDEN["bias_removed"][1], atol=1e-12)


def test_with_every_vote_there_that_is_the_plain_mean() -> None:
    opinions, method = consensus(table([[1, 2, 2], [2, 3, 3], [3, 4, 4]]))
    assert method == "p913"
    np.testing.assert_allclose(opinions, [5 / 3, 8 / 3, 11 / 3])


def test_part_of_a_study_leaves_out_what_has_no_vote() -> None:
    ratings = table([[1, np.nan, 2], [np.nan, np.nan, 3], [4, 5, np.nan]])
    found = part(ratings, [2, 1], [1, 0])
    assert (found.stimuli, found.raters, found.matrix.tolist()) == (("s2",), ("r1", "r0"), [[5, 4]])
