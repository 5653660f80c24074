"""Agreement of metrics with opinions."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from superres.errors import InvalidRequestError
from superres.metrics.opinion.agreement import agreement


def pairs(count: int = 40) -> Any:
    random = np.random.default_rng(6)
    values = np.round(random.normal(30, 3, size=count), 1)
    return values, np.round(3 + np.tanh((values - 30) / 2) + 0.5 * random.normal(size=count), 1)


def test_coefficients_are_scipys_within_their_intervals() -> None:
    values, opinions = pairs()
    found = agreement(values, opinions)
    for mine, theirs in ((found.plcc, stats.pearsonr), (found.srcc, stats.spearmanr), (found.krcc, stats.kendalltau)):
        assert mine.value == pytest.approx(theirs(values, opinions)[0])
        assert mine.lower < mine.value < mine.upper
    assert (found.count, found.resampled) == (40, "stimuli")


def test_curve_helps_where_the_relation_is_bent() -> None:
    found = agreement(*pairs())
    assert found.curve_plcc is not None
    assert found.curve_plcc.value > found.plcc.value
    assert found.curve_plcc.lower < found.curve_plcc.value < found.curve_plcc.upper


def test_metric_of_which_less_is_better_agrees_with_a_plus() -> None:
    values, opinions = pairs()
    assert agreement(-values, opinions, higher_is_better=False) == agreement(values, opinions)
    assert agreement(values, opinions, higher_is_better=False).srcc.value < 0


def test_versions_of_few_pictures_make_wider_intervals() -> None:
    values, opinions = pairs()
    groups = [str(index) for index in np.repeat(np.arange(4), 10)]
    order = np.argsort(values - opinions)  # what a picture has in common
    found = agreement(values[order], opinions[order], contents=groups)
    assert found.resampled == "contents"
    alone = agreement(values[order], opinions[order])
    assert found.plcc.upper - found.plcc.lower != alone.plcc.upper - alone.plcc.lower


def test_perfect_agreement_is_one_for_sure() -> None:
    found = agreement(np.arange(5.0), np.arange(5.0))
    assert (found.srcc.value, found.srcc.lower, found.srcc.upper) == pytest.approx((1, 1, 1))
    assert found.curve_plcc is None


@pytest.mark.parametrize(
    ("values", "opinions", "message"),
    [
        ([1, 2], [1, 2], "at least 3 stimuli, got 2"),
        ([1, 2, 3], [1, 2], "one value, opinion and content per stimulus"),
        ([7, 7, 7], [1, 2, 3], "all values of the metric are 7"),
        ([1, 2, 3], [4, 4, 4], "all opinions are 4"),
        ([1, 2, np.inf], [1, 2, 3], "the values of the metric hold a number that is infinite"),
        ([1, 2, 3], [1, np.nan, 3], "the opinions hold"),
    ],
)
def test_what_correlates_with_nothing_is_refused(values: Any, opinions: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        agreement(np.array(values, float), np.array(opinions, float))
