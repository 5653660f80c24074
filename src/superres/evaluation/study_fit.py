"""A metric learned from the raters of a study and its images."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError, InvalidRequestError
from superres.evaluation.study import Study
from superres.metrics.learned.features import Kind, feature_names, features
from superres.metrics.learned.fitting import fit_quality
from superres.metrics.learned.quality import LearnedQuality
from superres.metrics.protocol import protocol

PROTOCOL = "rgb"
"""Colour and whole images, as the metric sees them later."""


def fit_study(
    study: Study,
    *,
    compares_with: Kind | None = None,
    added: Sequence[str] = (),
    lowest: float = 1.0,
    highest: float = 5.0,
    seed: int = 0,
    watch: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> LearnedQuality:
    """Fit a metric to a study.

    Args:
        study: With images.
        compares_with: `reference` or `nothing`; where not given, `reference` if each stimulus has one.
        added: Names of deep metrics that become features, too.
        lowest: Worst score of the scale.
        highest: Best score of the scale.
        seed: Of the folds.
        watch: Told the name of the stimulus, how many are done, and how many there are.

    Raises:
        InvalidRequestError: If references are missing, or the study is too small.
        InvalidImageError: If an image does not suit.
        UnknownNameError: If one of the added metrics is not known.
    """
    kind: Kind = compares_with or ("reference" if study.has_references else "nothing")
    names = feature_names(kind, added)
    seen = study_features(study, kind, added, watch=watch)
    return fit_quality(
        seen,
        names,
        study.ratings,
        compares_with=kind,
        contents=study.contents,
        contents_are_known=study.contents_are_known,
        is_reference=study.is_reference if kind == "reference" else None,
        lowest=lowest,
        highest=highest,
        seed=seed,
    )


def study_features(
    study: Study,
    kind: Kind,
    added: Sequence[str] = (),
    *,
    watch: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> NDArray[np.float64]:
    """What a learned metric sees of each stimulus.

    Args:
        study: With images.
        kind: What the metric compares with.
        added: See `fit_study`, which also says what is raised.
        watch: See `fit_study`.

    Returns:
        (stimuli, features), in the order of `feature_names`.
    """
    if added and kind == "nothing":
        raise InvalidRequestError(f"{', '.join(added)} compare with a reference, which the metric shall do without")
    if kind == "reference" and not study.has_references:
        raise InvalidRequestError(
            "a metric that compares with a reference was asked for, but the study has none; give --references FOLDER"
        )
    names = feature_names(kind, added)
    rows: list[list[float]] = []
    for index, name in enumerate(study.ratings.stimuli):
        watch(name, index, len(study.ratings.stimuli))
        rows.append(_row(study, index, kind, names))
    return np.array(rows)


def _row(study: Study, index: int, kind: Kind, names: Sequence[str]) -> list[float]:
    image, reference = study.planes(index)
    restored, other = protocol(PROTOCOL).prepare(image, image if reference is None else reference, scale=0)
    try:
        found = features(restored, other if kind == "reference" else None, names)
    except InvalidImageError as error:
        raise InvalidImageError(f"{study.images[index]}: {error}") from error
    return [float(value) for value in found[0]]
