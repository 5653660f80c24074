"""How well a learned metric agrees with raters whom it did not see, on pictures that it did not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError
from superres.metrics.learned.regression import fit, folds_of
from superres.metrics.opinion.consensus import consensus, part
from superres.metrics.opinion.correlation import rank_correlation
from superres.metrics.opinion.ratings import Ratings
from superres.metrics.opinion.resampling import interval

MOST_FOLDS = 5
LEAST_TAUGHT = 3

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A rank correlation, or a difference of two, with its 95 % interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOut:
    """Spearman's correlation with the mean votes of held-out raters, averaged over the groups of raters.

    Raters and pictures are unseen, kinds of degradation are not: for an artefact that the study lacks these figures
    promise nothing.
    """

    rater_folds: int
    content_folds: int
    stimuli: int
    """Number of stimuli that were judged."""
    learned: Figure
    """Of the learned metric: neither the raters nor the picture were in its training."""
    ceiling: Figure
    """Of the other raters' opinions of the same stimuli. The noise of their votes is in it, which a metric that learns
    from many stimuli evens out: it may pass this mark by a little."""
    others: Mapping[str, Figure]
    """Of single features, by name, such as `psnr`; the sign is that of a quality."""
    gains: Mapping[str, Figure]
    """By how much the learned metric exceeds each of them, on the same resamples."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fold:
    """What is known of one group of held-out raters."""

    stimuli: NDArray[np.int64]
    """Indices of those that the group voted for."""
    votes: Array
    columns: Mapping[str, Array]
    """What is compared with the votes."""


def held_out(
    features: Array,
    ratings: Ratings,
    contents: Sequence[str],
    *,
    judged: NDArray[np.bool_],
    others: Mapping[str, Array],
    seed: int,
) -> HeldOut:
    """Folds over raters crossed with folds over contents.

    For each group of raters and each group of contents, a metric is fitted to the opinions of the other raters about
    the other contents, and predicts this group's contents. The intervals resample contents, and take the fitted
    metrics and the division of raters as they are.

    Args:
        features: (stimuli, features).
        ratings: Four raters or more.
        contents: The picture that each stimulus shows; two different ones or more.
        judged: (stimuli,), false where a stimulus helps to learn but would flatter every figure, such as a reference.
        others: (stimuli,) each, higher is better.
        seed: Of the division of raters and contents.
    """
    rater_folds = min(MOST_FOLDS, len(ratings.raters) // 2)
    content_folds = min(MOST_FOLDS, len(set(contents)))
    rater_fold = folds_of(ratings.raters, rater_folds, seed)
    content_fold = folds_of(contents, content_folds, seed + 1)
    folds = [
        _fold(
            features,
            ratings,
            contents,
            is_held_out=rater_fold == number,
            content_fold=content_fold,
            judged=judged,
            others=others,
        )
        for number in range(rater_folds)
    ]
    groups = [name for name, is_judged in zip(contents, judged, strict=True) if is_judged]
    place = np.cumsum(judged) - 1

    def figure(*names: str) -> Figure:
        return _figure(lambda weights: _difference(folds, place, weights, names), groups, seed)

    return HeldOut(
        rater_folds=rater_folds,
        content_folds=content_folds,
        stimuli=int(judged.sum()),
        learned=figure("learned"),
        ceiling=figure("ceiling"),
        others={name: figure(name) for name in others},
        gains={name: figure("learned", name) for name in others},
    )


def _fold(
    features: Array,
    ratings: Ratings,
    contents: Sequence[str],
    *,
    is_held_out: NDArray[np.bool_],
    content_fold: NDArray[np.int64],
    judged: NDArray[np.bool_],
    others: Mapping[str, Array],
) -> _Fold:
    """One group of raters, against what the others teach."""
    training = np.flatnonzero(~is_held_out).tolist()
    ceiling = _opinions(ratings, list(range(len(ratings.stimuli))), training)
    predicted = np.full(len(contents), np.nan)
    for number in np.unique(content_fold).tolist():
        is_unseen = content_fold == number
        opinions = _opinions(ratings, np.flatnonzero(~is_unseen).tolist(), training)
        rows = np.flatnonzero(~np.isnan(opinions))
        model = fit(features[rows], opinions[rows], [contents[row] for row in rows.tolist()])
        predicted[is_unseen] = model(features[is_unseen])
    votes = ratings.matrix[:, is_held_out]
    counts = (~np.isnan(votes)).sum(axis=1)
    chosen = np.flatnonzero(judged & (counts > 0) & ~np.isnan(ceiling))
    columns = {"learned": predicted, "ceiling": ceiling, **others}
    return _Fold(
        stimuli=chosen,
        votes=np.nansum(votes, axis=1)[chosen] / counts[chosen],
        columns={name: column[chosen] for name, column in columns.items()},
    )


def _opinions(ratings: Ratings, stimuli: Sequence[int], raters: Sequence[int]) -> Array:
    """For every stimulus of the study; NaN where these raters, or these stimuli, do not say."""
    voted = ~np.isnan(ratings.matrix[np.ix_(stimuli, raters)])
    if voted.any(axis=1).sum() < LEAST_TAUGHT:
        raise InvalidRequestError(
            "the votes overlap too little to hold out raters and pictures: of what remains, fewer than "
            f"{LEAST_TAUGHT} stimuli have a vote; let more raters see the same stimuli"
        )
    some = part(ratings, stimuli, raters)
    found = dict(zip(some.stimuli, consensus(some)[0].tolist(), strict=True))
    return np.array([found.get(name, np.nan) for name in ratings.stimuli])


def _difference(folds: Sequence[_Fold], place: NDArray[np.int64], weights: Array, names: Sequence[str]) -> Array:
    """Correlation of the first column, less that of the second if there is one; the mean over folds."""
    sums, counts = np.zeros(len(weights)), np.zeros(len(weights))
    for fold in folds:
        drawn = weights[:, place[fold.stimuli]]
        values = [rank_correlation(fold.columns[name], fold.votes, drawn) for name in names]
        value = values[0] - values[1] if len(values) > 1 else values[0]
        sums += np.nan_to_num(value)
        counts += ~np.isnan(value)
    return sums / np.where(counts > 0, counts, np.nan)


def _figure(statistic: Callable[[Array], Array], groups: Sequence[str], seed: int) -> Figure:
    value = float(statistic(np.ones((1, len(groups))))[0])
    lower, upper = interval(statistic, len(groups), groups=groups, seed=seed)
    return Figure(value=value, lower=lower, upper=upper)
