"""The scores of the NTIRE challenges."""

from math import e

import pytest

from superres.errors import InvalidRequestError, UnknownNameError
from superres.evaluation.challenge import CHALLENGES, challenge, rank_sums

# NTIRE 2022, results table: runtime [ms], parameters [M], FLOPs [G], activations [M], memory [MiB].
TEAMS_OF_2022 = {
    "ByteESR": (27.11, 0.317, 19.70, 80.05, 377.91),
    "NJU_Jet": (28.07, 0.341, 22.28, 72.09, 204.60),
    "NEESR": (29.97, 0.272, 16.86, 79.59, 575.99),
    "Super": (32.09, 0.326, 20.06, 93.82, 663.07),
    "MegSR": (32.59, 0.290, 17.70, 91.72, 640.63),
    "rainbow": (34.10, 0.276, 17.98, 92.80, 309.23),
    "VMCL_Taobao": (34.24, 0.323, 20.97, 98.67, 633.00),
    "Bilibili AI": (34.67, 0.283, 17.61, 90.50, 633.74),
    "NKU-ESR": (34.81, 0.276, 16.73, 111.12, 662.51),
    "NJUST_RESTORARION": (35.76, 0.421, 27.67, 108.66, 643.95),
}


@pytest.mark.parametrize("year", CHALLENGES)
def test_baseline_scores_e_squared(year: int) -> None:
    base = challenge(year)
    score = base.score(runtime=base.runtime, macs=base.macs, parameters=base.parameters)
    assert score == pytest.approx(e**2) == pytest.approx(7.3891, abs=1e-4)


def test_half_of_everything_scores_e() -> None:
    base = challenge(2026)
    assert base.score(runtime=base.runtime / 2, macs=base.macs / 2, parameters=base.parameters / 2) == pytest.approx(e)


def test_runtime_weighs_most() -> None:
    base = challenge(2025)
    fast = base.score(runtime=base.runtime / 2, macs=base.macs, parameters=base.parameters)
    small = base.score(runtime=base.runtime, macs=base.macs, parameters=base.parameters / 2)
    assert fast < small < e**2


def test_best_of_2022_by_all_ranks_are_those_of_the_report() -> None:
    # Sub-track 2, overall performance: NEESR first, ByteESR second, rainbow third.
    sums = rank_sums(TEAMS_OF_2022)
    assert sorted(sums, key=sums.__getitem__)[:2] == ["NEESR", "ByteESR"]
    assert sums["rainbow"] == min(value for team, value in sums.items() if team not in ("NEESR", "ByteESR", "NJU_Jet"))


def test_equal_values_share_the_better_rank() -> None:
    assert rank_sums({"a": [1, 5], "b": [1, 4], "c": [2, 3]}) == {"a": 4, "b": 3, "c": 4}


def test_teams_of_different_columns_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="the same columns"):
        rank_sums({"a": [1, 5], "b": [1]})


def test_year_without_a_score_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no challenge with a score is called"):
        challenge(2019)
