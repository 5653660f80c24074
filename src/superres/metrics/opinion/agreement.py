"""How well the values of a metric agree with the opinions of raters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError
from superres.metrics.opinion.correlation import linear_correlation, order_correlation, rank_correlation
from superres.metrics.opinion.logistic import ZOOMS, curve_correlation
from superres.metrics.opinion.resampling import RESAMPLES, interval

LEAST = 3
"""Stimuli that a correlation needs."""
LEAST_FOR_CURVE = 8
"""Two stimuli for each of the curve's four parameters; with fewer it fits anything."""

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Coefficient:
    """A correlation with its interval; positive where metric and raters agree."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """The usual coefficients of a metric with opinions."""

    count: int
    """Number of stimuli."""
    resampled: Literal["stimuli", "contents"]
    """What the intervals take as independent."""
    plcc: Coefficient
    """Pearson's, of the plain values."""
    curve_plcc: Coefficient | None
    """Pearson's, after a rising logistic curve; None with fewer than eight stimuli."""
    srcc: Coefficient
    """Spearman's."""
    krcc: Coefficient
    """Kendall's τ-b."""


def agreement(
    values: Sequence[float] | Array,
    opinions: Sequence[float] | Array,
    *,
    higher_is_better: bool = True,
    contents: Sequence[str] | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """PLCC, SRCC and KRCC of a metric with opinions, each with a bootstrap interval.

    The intervals are BCa bootstrap intervals over contents, or over stimuli where contents are not given. Fisher's z
    would be shorter to write, but takes both lists for normal and all stimuli for independent: scores end at 1 and 5,
    metrics are skewed, and the versions of one photograph stand or fall together. The uncertainty of the opinions
    themselves is not in them.

    Args:
        values: Of the metric, one per stimulus.
        opinions: Such as mean opinion scores; higher is better.
        higher_is_better: The metric's direction; where lower is better the sign is turned.
        contents: The picture that each stimulus shows; with two or more different ones, they are resampled whole.
        level: Confidence of the intervals, in (0, 1).
        resamples: Of the bootstrap.
        seed: Of the bootstrap.

    Raises:
        InvalidRequestError: If the lengths differ, there are fewer than three stimuli, a number is infinite or none,
            or all values or all opinions are the same.
    """
    first, second = np.asarray(values, dtype=float), np.asarray(opinions, dtype=float)
    _check(first, second, contents)
    oriented = first if higher_is_better else -first
    whole = np.ones((1, len(first)))

    def coefficient(form: Callable[[Array, Array, Array], Array], value: float | None = None) -> Coefficient:
        lower, upper = interval(
            lambda weights: form(oriented, second, weights),
            len(first),
            groups=contents,
            level=level,
            resamples=resamples,
            seed=seed,
        )
        found = float(form(oriented, second, whole)[0]) if value is None else value
        return Coefficient(value=found, lower=lower, upper=upper)

    curve = None
    if len(first) >= LEAST_FOR_CURVE:
        curve = coefficient(curve_correlation, float(curve_correlation(oriented, second, whole, zooms=ZOOMS)[0]))
    return Agreement(
        count=len(first),
        resampled="contents" if contents is not None and len(set(contents)) > 1 else "stimuli",
        plcc=coefficient(linear_correlation),
        curve_plcc=curve,
        srcc=coefficient(rank_correlation),
        krcc=coefficient(order_correlation),
    )


def _check(values: Array, opinions: Array, contents: Sequence[str] | None) -> None:
    if values.shape != opinions.shape or values.ndim != 1 or (contents is not None and len(contents) != len(values)):
        raise InvalidRequestError(
            f"an agreement needs one value, opinion and content per stimulus, got {values.shape} values, "
            f"{opinions.shape} opinions{'' if contents is None else f' and {len(contents)} contents'}"
        )
    if len(values) < LEAST:
        raise InvalidRequestError(f"an agreement needs at least {LEAST} stimuli, got {len(values)}")
    for kind, numbers in (("values of the metric", values), ("opinions", opinions)):
        if not np.isfinite(numbers).all():
            raise InvalidRequestError(
                f"the {kind} hold a number that is infinite or none, with which nothing correlates; leave that "
                "stimulus out, such as a copy of the reference whose PSNR is infinite"
            )
        if np.ptp(numbers) <= 1e-12 * np.abs(numbers).max():
            raise InvalidRequestError(f"all {kind} are {numbers[0]:g}, and a constant correlates with nothing")
