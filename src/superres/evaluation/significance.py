"""How far a mean over images can be trusted, and whether two models differ.

The images of a set are taken for a sample of all such images. Few images say little: with five of them no exact
test over signs can give a probability below 0.0625, however large the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from superres.errors import InvalidRequestError

DRAWS = 9999
"""Resampled sets behind an interval."""
EXACT = 2**14
"""Sign patterns up to which all are tried (14 images); beyond, so many are drawn."""
STEPS = 2**40
"""Of a range of values; fine enough for any figure, and sums of 8192 of them are exact."""
SEED = 0

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends of a confidence interval."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The first model less the second, image by image."""

    mean: float
    interval: Interval | None
    """Of the mean; None where the images do not allow one."""
    probability: float
    """Two-sided p-value: how often chance alone gives a mean difference as large. 1 for a single image."""


def mean_interval(values: Sequence[float], *, level: float = 0.95) -> Interval | None:
    """The confidence interval of a mean, by the bootstrap.

    Source: Efron, "Better bootstrap confidence intervals", JASA 82(397), 1987: bias-corrected and accelerated.
    The draws are seeded, so that the same values give the same interval.

    Args:
        values: One per image.
        level: Confidence, in (0, 1).

    Returns:
        The interval; None for fewer than three images, or where a value is infinite. A set of equal values has
        an interval without width.

    Raises:
        InvalidRequestError: If the level is out of its range.

    Example:
        >>> interval = mean_interval([30.0, 31.0, 33.0, 35.0])
        >>> 30 < interval.lower < 32.25 < interval.upper < 35
        True
    """
    if not 0 < level < 1:
        raise InvalidRequestError(f"a confidence level lies between 0 and 1, got {level:g}")
    sample = np.asarray(values, np.float64)
    if sample.size < 3 or not np.isfinite(sample).all():
        return None
    least, spread = float(sample.min()), float(np.ptp(sample))
    if spread == 0:
        return Interval(least, least)
    # As shares of their range, in steps so coarse that no sum is rounded: otherwise values that agree to the last
    # digits give no number, and resampled sets of the same images fall beside the mean that they have.
    shares = np.round((sample - least) / spread * STEPS) / STEPS
    found = stats.bootstrap(
        (shares,),
        np.mean,
        n_resamples=DRAWS,
        confidence_level=level,
        method="BCa",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Interval(least + spread * float(found.low), least + spread * float(found.high))


def paired_difference(first: Sequence[float], second: Sequence[float], *, level: float = 0.95) -> Difference:
    """Whether two models differ on the same images.

    The test is the permutation test over signs (Fisher, "The Design of Experiments", 1935, section 21): were the
    models alike, each image's difference could as well have the other sign. Up to 14 images all patterns of signs
    are tried, beyond that 16384 are drawn, seeded.

    Args:
        first: One value per image.
        second: The same images in the same order.
        level: Of the interval, in (0, 1).

    Raises:
        InvalidRequestError: If the numbers of images differ or are 0, or the level is out of its range.
    """
    if len(first) != len(second) or not first:
        raise InvalidRequestError(
            f"two models are compared on the same images, but they have {len(first)} and {len(second)} values"
        )
    ours, theirs = np.asarray(first, np.float64), np.asarray(second, np.float64)
    # Two perfect copies are equally good: infinity less infinity is no difference.
    differences = np.where(ours == theirs, 0.0, ours - np.where(ours == theirs, 0.0, theirs))
    return Difference(
        mean=float(differences.mean()),
        interval=mean_interval(differences.tolist(), level=level),
        probability=_sign_probability(differences),
    )


def _sign_probability(differences: Values) -> float:
    if not np.isfinite(differences).all() or not differences.any() or differences.size == 1:
        return 1.0
    found = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=EXACT,
        rng=np.random.default_rng(SEED),
    )
    return float(found.pvalue)


def holm(probabilities: Sequence[float]) -> tuple[float, ...]:
    """P-values corrected for their number, so that the chance of any false alarm among them stays below the level.

    Source: Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6, 1979.

    Args:
        probabilities: Uncorrected, in [0, 1].

    Returns:
        Corrected, in the same order.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        (0.03, 0.06, 0.06)
    """
    order = np.argsort(probabilities, kind="stable")
    corrected = np.empty(len(probabilities))
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(probabilities) - rank) * float(probabilities[index])))
        corrected[index] = highest
    return tuple(float(value) for value in corrected)
