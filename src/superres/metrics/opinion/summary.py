"""All that a table of ratings says: opinions with intervals, and what each rater is like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from superres.errors import InvalidRequestError
from superres.metrics.opinion.bias import Estimate, SubjectBias, subject_bias
from superres.metrics.opinion.mean_opinion import MeanOpinion, differential_ratings, mean_opinion
from superres.metrics.opinion.ratings import Ratings
from superres.metrics.opinion.screening import Screening, screen

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What could be found out; None where the study is too thin, and then `doubts` says why."""

    ratings: Ratings
    mean: MeanOpinion
    differential: MeanOpinion | None
    """Relative to hidden references; None without doubt if the study has none."""
    screening: Screening | None
    bias: SubjectBias | None
    doubts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "stimuli": {name: self._stimulus(index) for index, name in enumerate(self.ratings.stimuli)},
            "raters": {name: self._rater(index) for index, name in enumerate(self.ratings.raters)},
            "rejected": None if self.screening is None else list(self.screening.rejected),
            "doubts": list(self.doubts),
        }

    def _stimulus(self, index: int) -> dict[str, Any]:
        mean, name = self.mean, self.ratings.stimuli[index]
        facts: dict[str, Any] = {
            "votes": int(mean.counts[index]),
            "standard_deviation": float(mean.standard_deviation[index]),
            "mean": _opinion(mean, index),
        }
        if self.bias is not None:
            facts["without_bias"] = _estimate(self.bias.quality, index)
        if self.differential is not None and name in self.differential.stimuli:
            facts["differential"] = _opinion(self.differential, self.differential.stimuli.index(name))
        return facts

    def _rater(self, index: int) -> dict[str, Any]:
        facts: dict[str, Any] = {"votes": int((~np.isnan(self.ratings.matrix[:, index])).sum())}
        if self.screening is not None:
            facts |= {
                "far_above": int(self.screening.above[index]),
                "far_below": int(self.screening.below[index]),
                "rejected": self.ratings.raters[index] in self.screening.rejected,
            }
        if self.bias is not None:
            facts |= {
                "bias": _estimate(self.bias.bias, index),
                "inconsistency": _estimate(self.bias.inconsistency, index),
            }
        return facts


def summary(ratings: Ratings, *, highest: float = 5.0) -> Summary:
    """Mean opinions, and whatever else the ratings allow.

    Args:
        ratings: At least two votes for each stimulus.
        highest: Best score of the scale, for opinions relative to a hidden reference.

    Raises:
        InvalidRequestError: If a stimulus has a single vote.
    """
    doubts: list[str] = []

    def tried(what: str, method: Callable[[], Found]) -> Found | None:
        try:
            return method()
        except InvalidRequestError as error:
            doubts.append(f"{what}: {error}")
            return None

    return Summary(
        ratings=ratings,
        mean=mean_opinion(ratings),
        differential=tried(
            "no opinions relative to the reference",
            lambda: mean_opinion(differential_ratings(ratings, highest=highest)),
        )
        if ratings.references
        else None,
        screening=tried("no screening", lambda: screen(ratings)),
        bias=tried("no biases", lambda: subject_bias(ratings)),
        doubts=tuple(doubts),
    )


def _opinion(found: MeanOpinion, index: int) -> dict[str, float]:
    return {
        "value": float(found.mean[index]),
        "lower": float(found.lower[index]),
        "upper": float(found.upper[index]),
    }


def _estimate(found: Estimate, index: int) -> dict[str, float]:
    return {
        "value": float(found.value[index]),
        "lower": float(found.lower[index]),
        "upper": float(found.upper[index]),
    }
