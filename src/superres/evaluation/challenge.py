"""The score of the NTIRE challenges on efficient super-resolution, 2022 to 2026.

Source: the challenges' repositories and reports (arXiv:2205.05675 for 2022, arXiv:2404.10343 for 2024). From
2024 on a team's score is a weighted sum of exp(2 · value / baseline's value) over runtime, FLOPs (which are
multiply-accumulates at 256×256) and parameters; the baseline itself has e² ≈ 7.39. The challenges of 2022 and
2023 add up ranks among the teams instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from superres.errors import InvalidRequestError, unknown_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """Baseline and weights of a year."""

    year: int
    baseline: str
    runtime: float
    """Of the baseline [ms], on the organisers' GPU."""
    macs: float
    parameters: float
    runtime_weight: float
    macs_weight: float
    parameters_weight: float

    def score(self, *, runtime: float, macs: float, parameters: float) -> float:
        """Lower is better; the baseline has e².

        Args:
            runtime: Milliseconds of the network, times what makes it comparable: multiply your own milliseconds
                by the organisers' of the baseline over yours of the baseline.
            macs: Multiply-accumulates for a 3×256×256 input.
            parameters: Trained values.
        """
        parts = (
            (self.runtime_weight, runtime / self.runtime),
            (self.macs_weight, macs / self.macs),
            (self.parameters_weight, parameters / self.parameters),
        )
        return sum(weight * exp(2 * ratio) for weight, ratio in parts)


CHALLENGES: Mapping[int, Challenge] = {
    each.year: each
    for each in (
        Challenge(
            year=2024,
            baseline="RLFN",
            runtime=13.54,
            macs=19.67e9,
            parameters=0.317e6,
            runtime_weight=0.7,
            macs_weight=0.15,
            parameters_weight=0.15,
        ),
        Challenge(
            year=2025,
            baseline="EFDN",
            runtime=16.69,
            macs=16.70e9,
            parameters=0.2762e6,
            runtime_weight=0.7,
            macs_weight=0.15,
            parameters_weight=0.15,
        ),
        Challenge(
            year=2026,
            baseline="SPAN",
            runtime=7.74,
            macs=9.83e9,
            parameters=0.151e6,
            runtime_weight=0.8,
            macs_weight=0.1,
            parameters_weight=0.1,
        ),
    )
}
"""Challenges with a score, by year."""


def challenge(year: int) -> Challenge:
    """The challenge of a year.

    Raises:
        UnknownNameError: If that year's challenge has no score of its own.
    """
    if year not in CHALLENGES:
        raise unknown_name("challenge with a score", str(year), [str(known) for known in CHALLENGES])
    return CHALLENGES[year]


def rank_sums(entries: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """Overall ranking of 2022 and 2023: for each team, its ranks in all columns, added up; lower is better.

    Args:
        entries: For each team the same columns, such as runtime, parameters, FLOPs, activations and memory;
            lower is better in each. Equal values share the better rank.

    Raises:
        InvalidRequestError: If the teams have different numbers of columns.
    """
    widths = {len(values) for values in entries.values()}
    if len(widths) > 1:
        raise InvalidRequestError(f"every team needs the same columns, got {sorted(widths)} of them")
    columns = list(zip(*entries.values(), strict=True))
    return {
        team: sum(sum(other < value for other in column) + 1 for column, value in zip(columns, values, strict=True))
        for team, values in entries.items()
    }
