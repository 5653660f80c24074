"""Quantiles of Student's t and of χ²."""

from typing import Any

import pytest
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.opinion.quantiles import chi_square_quantile, student_t_quantile

DEGREES = (1, 2, 3, 4, 7, 8, 29, 30, 100, 901, 5000)


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("probability", [0.025, 0.5, 0.9, 0.975, 0.995])
def test_quantiles_agree_with_scipy(probability: float, degrees: int) -> None:
    assert student_t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), abs=1e-9)
    assert chi_square_quantile(probability, degrees) == pytest.approx(stats.chi2.ppf(probability, degrees), rel=1e-9)


@pytest.mark.parametrize("quantile", [student_t_quantile, chi_square_quantile])
@pytest.mark.parametrize(
    ("probability", "degrees", "message"),
    [(0.0, 3, "between 0 and 1"), (1.0, 3, "between 0 and 1"), (0.5, 0, "one degree")],
)
def test_what_has_no_quantile_is_refused(quantile: Any, probability: float, degrees: int, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        quantile(probability, degrees)
