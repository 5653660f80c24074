"""Pairwise preferences."""

import json
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from superres.errors import InvalidRequestError, MissingFileError, UnreadableFileError
from superres.metrics.opinion.preferences import Preferences, bradley_terry, read_preferences

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "opinion.json").read_text("utf-8"))["preferences"]
HEAD = "first,second,preferred,rater\n"


def counted(wins: Any) -> Preferences:
    wins = np.array(wins, dtype=float)
    return Preferences(stimuli=tuple("abcdefgh"[: len(wins)]), wins=wins)


def written(folder: Path, text: str) -> Path:
    path = folder / "votes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_golden_strengths_agree_with_choix() -> None:
    found = bradley_terry(counted(GOLDEN["wins"]))
    # choix stops earlier than we do.
    np.testing.assert_allclose(found.strength, GOLDEN["strengths"], atol=1e-8)


def test_strengths_are_those_of_the_likelihood_that_scipy_maximises() -> None:
    wins = np.array([[0, 3, 9.5], [1, 0, 4], [0.5, 2, 0]])

    def loss(free: Any) -> float:
        strength = np.array([*free, -sum(free)])
        return float((wins * np.logaddexp(0, strength[None] - strength[:, None])).sum())

    theirs = optimize.minimize(loss, [0, 0], method="BFGS", options={"gtol": 1e-9}).x
    np.testing.assert_allclose(bradley_terry(counted(wins)).strength[:2], theirs, atol=1e-6)


def test_two_stimuli_have_the_odds_of_their_votes() -> None:
    # Closed form: log(3), of which the variance is 1/3 + 1 (Agresti, Categorical Data Analysis, 3.1.1).
    found = bradley_terry(counted([[0, 3], [1, 0]]))
    assert found.strength[0] - found.strength[1] == pytest.approx(log(3))
    assert 2 * found.standard_error[0] == pytest.approx((1 / 3 + 1) ** 0.5)
    assert (found.upper - found.strength) / found.standard_error == pytest.approx(1.959963984540054)
    assert found.probability("a", "b") == pytest.approx(0.75)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(3)
    truth = np.array([-0.8, -0.2, 0.1, 0.9])
    chance = 1 / (1 + np.exp(truth[None] - truth[:, None]))
    inside: list[bool] = []
    for _ in range(200):
        upper = np.triu(random.binomial(30, chance), 1)
        found = bradley_terry(counted(upper + np.tril(30 - upper.T, -1)))
        inside += ((found.lower < truth) & (truth < found.upper)).tolist()
    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)


def test_even_extreme_votes_are_settled() -> None:
    wins = np.zeros((6, 6))
    for index in range(5):
        wins[index, index + 1], wins[index + 1, index] = 1e6, 1
    np.testing.assert_allclose(-np.diff(bradley_terry(counted(wins)).strength), log(1e6), rtol=1e-9)


def test_votes_are_counted_and_ties_halved(tmp_path: Path) -> None:
    found = read_preferences(written(tmp_path, HEAD + "a,b,b,x\nb,a,b,y\nb,c,,x\nc,a,Tie,x\n"))
    assert found.stimuli == ("a", "b", "c")
    assert found.wins.tolist() == [[0, 0, 0.5], [2, 0, 0.5], [0.5, 0.5, 0]]
    assert found.comparisons.sum() == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("first,second\na,b\n", "lacks 'preferred'"),
        ("first,preferred\na,b\n", "lacks 'second'"),
        (HEAD + "a,a,a,x\n", "line 2: 'a' is compared with itself"),
        (HEAD + "a,b,a,x\na,b,c,x\n", "line 3: 'c' was preferred, which is neither 'a' nor 'b'"),
    ],
)
def test_bad_table_is_refused_with_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        read_preferences(written(tmp_path, text))


def test_missing_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_preferences(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("wins", "message"),
    [
        ([[0, 2, 1], [1, 0, 1], [0, 0, 0]], "'a', 'b' never lost to 'c'"),
        ([[0, 2, 1], [0, 0, 1], [0, 3, 0]], "'a' never lost to 'b', 'c'"),
        ([[0, 2, 0], [1, 0, 0], [0, 0, 0]], "'a', 'b' and 'c' were never compared"),
    ],
)
def test_preferences_without_a_maximum_name_the_two_groups(wins: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        bradley_terry(counted(wins))


@pytest.mark.parametrize(
    ("stimuli", "wins", "message"),
    [
        (("a",), [[0.0]], "two stimuli or more"),
        (("a", "a"), [[0.0, 1], [1, 0]], "must differ"),
        (("a", "b"), [[0.0, -1], [1, 0]], "counts from 0"),
        (("a", "b"), [[1.0, 1], [1, 0]], "no stimulus wins against itself"),
    ],
)
def test_counts_that_make_no_sense_are_refused(stimuli: Any, wins: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        Preferences(stimuli=stimuli, wins=np.array(wins))


def test_confidence_lies_between_nothing_and_certainty() -> None:
    with pytest.raises(InvalidRequestError, match="between 0 and 1"):
        bradley_terry(counted([[0, 3], [1, 0]]), level=1.0)
