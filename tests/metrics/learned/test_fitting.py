"""Fitting a metric to raters."""

from typing import Any

import numpy as np
import pytest

from superres.errors import InvalidRequestError
from superres.metrics.learned.fitting import fit_quality
from superres.metrics.opinion.ratings import Ratings

NAMES = ("psnr", "gmsd_1")


def study(stimuli: int = 12, raters: int = 4) -> Any:
    random = np.random.default_rng(0)
    quality = random.permutation(np.linspace(1.5, 4.5, stimuli))
    matrix = quality[:, None] + 0.2 * np.arange(raters) + 0.4 * random.normal(size=(stimuli, raters))
    ratings = Ratings(
        stimuli=tuple(f"s{index}" for index in range(stimuli)),
        raters=tuple(f"r{index}" for index in range(raters)),
        matrix=matrix,
    )
    features = np.stack([20 + 4 * quality, 0.3 - 0.05 * quality], axis=1)
    return features, NAMES, ratings


def contents(stimuli: int = 12) -> list[str]:
    return [f"c{index % 4}" for index in range(stimuli)]


def test_card_says_what_was_fitted_and_how_far_to_trust_it() -> None:
    card = fit_quality(*study(24, 8), compares_with="reference", contents=contents(24)).card
    assert (card.raters, card.stimuli, card.contents, card.votes) == (8, 24, 4, 192)
    assert (card.features, card.opinions, card.lowest, card.highest) == (NAMES, "p910", 1, 5)
    assert set(card.held_out.others) == {"psnr", "gmsd_1"}
    assert card.held_out.others["gmsd_1"].value == pytest.approx(card.held_out.others["psnr"].value)
    assert card.held_out.learned.value > 0.7


def test_predictions_are_on_the_raters_scale() -> None:
    features, names, ratings = study()
    quality = fit_quality(features, names, ratings, compares_with="reference", contents=contents())
    np.testing.assert_allclose(quality.regression(features), ratings.matrix.mean(axis=1), atol=0.7)


def test_references_teach_but_are_not_counted() -> None:
    kinds = [index < 2 for index in range(12)]
    card = fit_quality(*study(), compares_with="reference", contents=contents(), is_reference=kinds).card
    assert (card.stimuli, card.held_out.stimuli) == (12, 10)


@pytest.mark.parametrize(
    ("stimuli", "raters", "pictures", "message"),
    [
        (12, 3, None, "needs 4 raters or more, of which some can be held out; found 3"),
        (9, 4, None, "needs 10 stimuli beside the references or more"),
        (12, 4, ["a", "b"] * 6, "needs 3 different pictures or more"),
    ],
)
def test_study_too_small_is_refused(stimuli: int, raters: int, pictures: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        fit_quality(*study(stimuli, raters), compares_with="reference", contents=pictures or contents(stimuli))


def test_rater_with_one_vote_is_named() -> None:
    features, names, ratings = study()
    ratings.matrix[1:, 2] = np.nan
    with pytest.raises(InvalidRequestError, match="rater 'r2' has 1 votes; a learned metric needs at least 2"):
        fit_quality(features, names, ratings, compares_with="reference", contents=contents())


def test_raters_of_one_opinion_teach_nothing() -> None:
    features, names, ratings = study()
    ratings.matrix[:] = 3
    with pytest.raises(InvalidRequestError, match="all stimuli have the opinion 3"):
        fit_quality(features, names, ratings, compares_with="reference", contents=contents())
