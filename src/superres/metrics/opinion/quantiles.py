"""Quantiles of the Student t and χ² distributions, from their closed sums for whole degrees of freedom.

Source: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4 (t), 26.4.4 and 26.4.5 (χ²).
The distribution functions are exact finite sums; their inverses are found by bisection to the last bits.
"""

from __future__ import annotations

from collections.abc import Callable
from math import atan, cos, erfc, exp, lgamma, log, pi, sin, sqrt

import numpy as np

from superres.errors import InvalidRequestError

HALVINGS = 200


def student_t_quantile(probability: float, degrees: int) -> float:
    """The value that a Student t variable stays below with this probability.

    Args:
        probability: In (0, 1).
        degrees: Degrees of freedom, at least 1.

    Raises:
        InvalidRequestError: If either is out of its range.

    Example:
        >>> round(student_t_quantile(0.975, 10), 4)
        2.2281
    """
    _check(probability, degrees)
    if probability < 0.5:
        return -student_t_quantile(1 - probability, degrees)
    return _bisect(lambda value: _student_t(value, degrees), probability, start=1.0)


def chi_square_quantile(probability: float, degrees: int) -> float:
    """The value that a χ² variable stays below with this probability.

    Args:
        probability: In (0, 1).
        degrees: Degrees of freedom, at least 1.

    Raises:
        InvalidRequestError: If either is out of its range.

    Example:
        >>> round(chi_square_quantile(0.95, 1), 4)
        3.8415
    """
    _check(probability, degrees)
    return _bisect(lambda value: _chi_square(value, degrees), probability, start=float(degrees))


def _check(probability: float, degrees: int) -> None:
    if not 0 < probability < 1:
        raise InvalidRequestError(f"a quantile needs a probability between 0 and 1, got {probability}")
    if degrees < 1:
        raise InvalidRequestError(f"a quantile needs at least one degree of freedom, got {degrees}")


def _bisect(distribution: Callable[[float], float], probability: float, *, start: float) -> float:
    low, high = 0.0, start
    while distribution(high) < probability:
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if distribution(middle) < probability else (low, middle)
    return (low + high) / 2


def _student_t(value: float, degrees: int) -> float:
    """Probability of at most `value` ≥ 0."""
    angle = atan(value / sqrt(degrees))
    squared = cos(angle) ** 2
    if degrees % 2:
        steps = np.arange(2, degrees - 1, 2)
        series = cos(angle) * np.cumprod([1.0, *(squared * steps / (steps + 1))]).sum() if degrees > 1 else 0.0
        inside = 2 / pi * (angle + sin(angle) * series)
    else:
        steps = np.arange(1, degrees - 2, 2)
        inside = sin(angle) * np.cumprod([1.0, *(squared * steps / (steps + 1))]).sum()
    return (1 + float(inside)) / 2


def _chi_square(value: float, degrees: int) -> float:
    """Probability of at most `value` ≥ 0."""
    half = value / 2
    if half == 0:
        return 0.0
    shift = 0.5 if degrees % 2 else 0.0
    above = erfc(sqrt(half)) if degrees % 2 else 0.0
    powers = [step + shift for step in range(degrees // 2)]
    return 1 - above - sum(exp(power * log(half) - half - lgamma(power + 1)) for power in powers)
