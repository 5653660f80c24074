"""Figures on raters and pictures that a learned metric did not see."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.learned import held_out as module
from superres.metrics.learned.held_out import HeldOut, held_out
from superres.metrics.opinion.ratings import Ratings


def votes(quality: Any, *, raters: int = 8, noise: float = 0.5, missing: float = 0.0) -> Ratings:
    random = np.random.default_rng(1)
    matrix = quality[:, None] + 0.3 * random.normal(size=raters) + noise * random.normal(size=(len(quality), raters))
    matrix[random.random(matrix.shape) < missing] = np.nan
    stimuli, names = (tuple(f"{kind}{index}" for index in range(n)) for kind, n in zip("sr", matrix.shape, strict=True))
    return Ratings(stimuli=stimuli, raters=names, matrix=matrix)


def judged(features: Any, ratings: Ratings, contents: Any, **others: Any) -> HeldOut:
    every = np.ones(len(features), dtype=bool)
    return held_out(features, ratings, contents, judged=every, others=others, seed=0)


def pictures(count: int, each: int = 5) -> list[str]:
    return [f"c{index // each}" for index in range(count)]


def test_metric_that_sees_the_quality_reaches_the_ceiling() -> None:
    quality = np.random.default_rng(0).normal(3, 1, size=50)
    found = judged(quality[:, None], votes(quality), pictures(50), plain=quality)
    assert found.learned.value == pytest.approx(found.ceiling.value, abs=0.03)
    assert found.learned.lower < found.learned.value < found.learned.upper
    assert found.others["plain"].value == pytest.approx(found.learned.value, abs=0.02)
    assert abs(found.gains["plain"].value) < 0.02
    assert (found.rater_folds, found.content_folds, found.stimuli) == (4, 5, 50)


def test_metric_that_only_knows_the_picture_learns_nothing_that_lasts() -> None:
    # Each picture has its own quality and its own mark: a metric that had seen the picture would be nearly perfect.
    contents = pictures(60, each=6)
    mark = np.repeat(np.random.default_rng(2).normal(size=(10, 8)), 6, axis=0)
    quality = np.repeat(np.random.default_rng(3).normal(3, 1, size=10), 6)
    found = judged(mark, votes(quality), contents)
    assert abs(found.learned.value) < 0.5 < 0.7 < found.ceiling.value


def test_neither_rater_nor_picture_is_in_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    quality = np.arange(20.0)
    ratings = votes(quality, raters=4, noise=0.1)
    seen: list[tuple[set[float], set[float]]] = []
    real = module.fit

    def spy(features: Any, scores: Any, groups: Any) -> Any:
        model = real(features, scores, groups)
        taught = set(features[:, 0].tolist())

        def predict(unseen: Any) -> Any:
            seen.append((taught, set(unseen[:, 0].tolist())))
            return model(unseen)

        return predict

    monkeypatch.setattr(module, "fit", spy)
    judged(quality[:, None], ratings, pictures(20))
    assert len(seen) == 2 * 4
    for taught, predicted in seen:
        assert {int(value) // 5 for value in taught}.isdisjoint({int(value) // 5 for value in predicted})


def test_ceiling_is_the_correlation_of_the_two_halves_of_raters() -> None:
    quality = np.random.default_rng(4).normal(3, 1, size=30)
    ratings = votes(quality, raters=4, noise=1.0)
    found = judged(quality[:, None], ratings, pictures(30))
    fold = module.folds_of(ratings.raters, 2, 0)
    halves = [module.part(ratings, list(range(30)), np.flatnonzero(fold == number).tolist()) for number in (0, 1)]
    expected = [
        stats.spearmanr(module.consensus(one)[0], other.matrix.mean(axis=1))[0] for one, other in (halves, halves[::-1])
    ]
    assert found.ceiling.value == pytest.approx(np.mean(expected))


def test_missing_votes_are_no_hindrance() -> None:
    quality = np.random.default_rng(5).normal(3, 1, size=50)
    found = judged(quality[:, None], votes(quality, missing=0.5), pictures(50))
    assert 0.5 < found.learned.value < 1


def test_stimuli_that_only_teach_are_not_counted() -> None:
    quality = np.random.default_rng(6).normal(3, 1, size=30)
    chosen = np.arange(30) % 5 > 0
    ratings = votes(quality)
    found = held_out(quality[:, None], ratings, pictures(30), judged=chosen, others={}, seed=0)
    assert found.stimuli == 24


def test_votes_that_hardly_overlap_are_refused() -> None:
    ratings = votes(np.arange(8.0), raters=4)
    matrix = np.full((8, 4), np.nan)
    matrix[:2, :2] = matrix[2:, 2:] = 3.0
    apart = Ratings(stimuli=ratings.stimuli, raters=ratings.raters, matrix=matrix)
    folds = (module.folds_of(apart.raters, 2, seed).tolist() for seed in range(99))
    seed = next(number for number, fold in enumerate(folds) if fold[0] == fold[1])
    every = np.ones(8, dtype=bool)
    with pytest.raises(InvalidRequestError, match="overlap too little"):
        held_out(np.arange(8.0)[:, None], apart, pictures(8, each=1), judged=every, others={}, seed=seed)
