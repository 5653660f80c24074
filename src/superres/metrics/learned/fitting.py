"""A metric fitted to raters, together with the figures that say how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError
from superres.metrics.learned.card import QualityCard
from superres.metrics.learned.features import DEEP, Kind
from superres.metrics.learned.held_out import held_out
from superres.metrics.learned.quality import LearnedQuality
from superres.metrics.learned.regression import fit
from superres.metrics.opinion.consensus import consensus
from superres.metrics.opinion.ratings import Ratings

LEAST_RATERS = 4
"""Two groups of two."""
LEAST_CONTENTS = 3
LEAST_STIMULI = 10
FALLING = ("gmsd_1", *DEEP)
"""Features for which lower is better."""
RIVALS = ("psnr", "ssim_1", "gmsd_1", *DEEP)
"""Features that are metrics themselves, whose figures stand beside the learned one's."""

Array = NDArray[np.float64]


def fit_quality(
    features: Array,
    names: Sequence[str],
    ratings: Ratings,
    *,
    compares_with: Kind,
    contents: Sequence[str],
    contents_are_known: bool = True,
    is_reference: Sequence[bool] | None = None,
    lowest: float = 1.0,
    highest: float = 5.0,
    seed: int = 0,
) -> LearnedQuality:
    """Fit a metric to all raters, and measure on held-out raters and contents how such a metric fares.

    Args:
        features: (stimuli, features), finite.
        names: Of the features.
        ratings: At least four raters with two votes each, and ten stimuli.
        compares_with: What the features need.
        contents: The picture that each stimulus shows; three different ones or more.
        contents_are_known: Whether `contents` is knowledge, or stands for want of it.
        is_reference: True for stimuli that are references themselves; they teach, but no figure counts them.
        lowest: Worst score of the scale.
        highest: Best score of the scale.
        seed: Of the division into folds.

    Raises:
        InvalidRequestError: If the study is too small, a rater has a single vote, or all opinions are the same.
    """
    judged = np.array([not each for each in is_reference or [False] * len(ratings.stimuli)])
    _check(ratings, contents, int(judged.sum()))
    opinions, method = consensus(ratings)
    if np.ptp(opinions) < 1e-9:
        raise InvalidRequestError(f"all stimuli have the opinion {opinions[0]:g}, from which nothing can be learned")
    rivals = {
        name: features[:, index] * (-1 if name in FALLING else 1) for index, name in enumerate(names) if name in RIVALS
    }
    figures = held_out(features, ratings, contents, judged=judged, others=rivals, seed=seed)
    regression = fit(features, opinions, contents)
    card = QualityCard(
        compares_with=compares_with,
        features=tuple(names),
        width=regression.width,
        penalty=regression.penalty,
        offset=regression.offset,
        lowest=lowest,
        highest=highest,
        opinions=method,
        raters=len(ratings.raters),
        stimuli=len(ratings.stimuli),
        stimulus_names=ratings.stimuli,
        contents=len(set(contents)),
        votes=int((~np.isnan(ratings.matrix)).sum()),
        contents_are_known=contents_are_known,
        held_out=figures,
        version=version("superres"),
    )
    return LearnedQuality(card=card, regression=regression)


def _check(ratings: Ratings, contents: Sequence[str], judged: int) -> None:
    ratings.need(per_stimulus=1, per_rater=2, method="a learned metric")
    for kind, found, least in (
        ("raters", len(ratings.raters), LEAST_RATERS),
        ("different pictures", len(set(contents)), LEAST_CONTENTS),
        ("stimuli beside the references", judged, LEAST_STIMULI),
    ):
        if found < least:
            raise InvalidRequestError(
                f"a learned metric needs {least} {kind} or more, of which some can be held out; found {found}"
            )
