"""Kernel ridge regression: from features to scores, with its strength of regularisation chosen by cross-validation.

Source: Saunders, Gammerman, Vovk, "Ridge Regression Learning Algorithm in Dual Variables", ICML 1998, equation 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LINEAR = 0.0
WIDTHS = (LINEAR, 1.0, 2.0, 4.0)
"""Of the Gaussian kernel, in standard deviations of a feature; 0 is the linear kernel."""
PENALTIES = tuple(float(value) for value in np.geomspace(1e-3, 1e2, 11))
MARGIN = 0.5
"""How far beyond the seen range, as a share of it, a feature still counts; then it stands still."""
MOST_FOLDS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Regression:
    """A fitted function of features."""

    lower: Array
    """(features,): values below it count as it."""
    upper: Array
    centre: Array
    """(features,): subtracted, before `scale` divides."""
    scale: Array
    points: Array
    """(stimuli, features), standardised."""
    coefficients: Array
    """(stimuli,)."""
    offset: float
    width: float
    """Of the Gaussian kernel; 0 is the linear kernel."""
    penalty: float

    def __call__(self, features: Array) -> Array:
        """Scores of (m, features); (m,)."""
        seen = (np.clip(features, self.lower, self.upper) - self.centre) / self.scale
        return self.offset + kernel(seen, self.points, self.width) @ self.coefficients


def fit(features: Array, scores: Array, groups: Sequence[str]) -> Regression:
    """Fit scores by features; the kernel and the penalty are those with the least squared error on unseen groups.

    Args:
        features: (n, features).
        scores: (n,).
        groups: What belongs together: all of a group is left out at once. With one group, each stands for itself.
    """
    centre, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 1e-9 * (1 + np.abs(centre)), scale, 1.0)
    points = (features - centre) / scale
    width, penalty = _chosen(points, scores, groups)
    offset = float(scores.mean())
    square = kernel(points, points, width) + penalty * np.eye(len(points))
    reach = MARGIN * np.ptp(features, axis=0)
    return Regression(
        lower=features.min(axis=0) - reach,
        upper=features.max(axis=0) + reach,
        centre=centre,
        scale=scale,
        points=points,
        coefficients=np.asarray(np.linalg.solve(square, scores - offset), np.float64),
        offset=offset,
        width=width,
        penalty=penalty,
    )


def kernel(first: Array, second: Array, width: float) -> Array:
    """Mean product over features, or exp(−mean squared distance / (2 width²)); (m, n)."""
    if width == LINEAR:
        return first @ second.T / first.shape[1]
    squares = (first**2).mean(axis=1)[:, None] + (second**2).mean(axis=1)[None, :]
    distances = np.maximum(squares - 2 * first @ second.T / first.shape[1], 0)
    return np.exp(-distances / (2 * width**2))


def folds_of(groups: Sequence[str], count: int, seed: int) -> NDArray[np.int64]:
    """For each entry the fold in which its group is left out; folds of nearly as many groups each.

    Args:
        groups: One per entry.
        count: Of folds, at most that of groups.
        seed: Of the order in which groups are dealt.
    """
    names = list(dict.fromkeys(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    fold = {names[index]: place % count for place, index in enumerate(order.tolist())}
    return np.array([fold[group] for group in groups])


def _chosen(points: Array, scores: Array, groups: Sequence[str]) -> tuple[float, float]:
    if len(set(groups)) < 2:
        groups = [str(index) for index in range(len(scores))]
    count = min(MOST_FOLDS, len(set(groups)))
    folds = folds_of(groups, count, seed=0)
    errors = {width: sum(_errors(points, scores, folds == fold, width) for fold in range(count)) for width in WIDTHS}
    width = min(WIDTHS, key=lambda each: float(np.min(errors[each])))
    return width, PENALTIES[int(np.argmin(errors[width]))]


def _errors(points: Array, scores: Array, is_left_out: NDArray[np.bool_], width: float) -> Array:
    """Sum of squared errors on what is left out, for each penalty."""
    seen, unseen = points[~is_left_out], points[is_left_out]
    offset = scores[~is_left_out].mean()
    values, vectors = np.linalg.eigh(kernel(seen, seen, width))
    turned = vectors.T @ (scores[~is_left_out] - offset)
    reach = kernel(unseen, seen, width) @ vectors
    predicted = offset + reach @ (turned[:, None] / (np.maximum(values, 0)[:, None] + np.array(PENALTIES)))
    return ((predicted - scores[is_left_out][:, None]) ** 2).sum(axis=0)
