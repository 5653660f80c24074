"""Correlation after a metric is bent onto the opinions' scale by a rising logistic curve.

Source: VQEG, "Final report … of objective models of video quality assessment, phase II", 2003, and ITU-T P.1401,
7.2, which both ask for a monotonic mapping before Pearson's coefficient; the curve is
a + (b − a) / (1 + exp(−(x − c) / d)) with b > a and d > 0.

Least squares of the curve to the opinions give the largest correlation of the two, since a and b are a straight line
on top; so only c and d are looked for, on a grid that cannot miss, and no start values are needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOCATIONS, SLOPES = 24, 12
"""Points of the grid."""
ZOOMS = 14
"""Times that the grid is drawn in around its best point."""
AROUND = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
NARROWEST, WIDEST = 0.05, 20.0
"""Limits of d in standard deviations of the values: a step there, a straight line here."""


def curve_correlation(values: Array, opinions: Array, weights: Array, *, zooms: int = 0) -> Array:
    """Pearson's coefficient of the opinions and the fitted curve, which rises with the values.

    Args:
        values: (n,), not constant; higher is better.
        opinions: (n,), not constant.
        weights: (resamples, n), at least 0.
        zooms: How often the grid is refined, the same way for all resamples: meant for a single one.

    Returns:
        One per resample, at least 0; NaN where the resample is constant.
    """
    scaled = (values - values.mean()) / values.std()
    locations = np.linspace(scaled.min() - 2, scaled.max() + 2, LOCATIONS)
    widths = np.geomspace(NARROWEST, WIDEST, SLOPES)
    step, factor = locations[1] - locations[0], widths[1] / widths[0]
    best = _on_grid(scaled, opinions, weights, locations, widths)
    for _ in range(zooms):
        place, spread = divmod(int(np.nanargmax(best[0])), len(widths))
        locations = locations[place] + step * AROUND
        widths = np.clip(widths[spread] * factor**AROUND, NARROWEST, WIDEST)
        step, factor = step / 2, factor**0.5
        best = _on_grid(scaled, opinions, weights, locations, widths)
    return np.maximum(best.max(axis=1), 0)


def _on_grid(values: Array, opinions: Array, weights: Array, locations: Array, widths: Array) -> Array:
    """Coefficients, (resamples, locations · widths)."""
    exponents = (values - locations[:, None, None]) / widths[:, None]
    curves = (1 / (1 + np.exp(-np.clip(exponents, -500, 500)))).reshape(-1, len(values))
    shares = weights / weights.sum(axis=1, keepdims=True)
    means, mean = shares @ curves.T, shares @ opinions
    covariances = (shares * (opinions - mean[:, None])) @ curves.T
    variances = shares @ (curves**2).T - means**2
    variance = (shares * (opinions - mean[:, None]) ** 2).sum(axis=1)
    constant = (variance <= 1e-12 * opinions.var()) | (_spread(values, shares) <= 1e-12)
    # A curve that is flat over all of them fits nothing.
    product = np.where(variances > 1e-9, variances, np.inf) * np.where(constant, np.nan, variance)[:, None]
    return covariances / np.sqrt(product)


def _spread(values: Array, shares: Array) -> Array:
    return shares @ values**2 - (shares @ values) ** 2
