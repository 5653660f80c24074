"""How well metrics agree with the raters of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from superres.errors import InvalidRequestError
from superres.evaluation.measuring import measured
from superres.evaluation.study import Study
from superres.metrics.catalogue import LEARNED_SUFFIX, metric
from superres.metrics.learned.quality import read_quality
from superres.metrics.opinion.agreement import Agreement, agreement
from superres.metrics.opinion.consensus import Method, consensus
from superres.metrics.protocol import protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyAgreement:
    """Metrics against the opinions of one study."""

    stimuli: tuple[str, ...]
    """Those that were compared: all but the references themselves."""
    opinions: tuple[float, ...]
    method: Method
    """How the votes became opinions."""
    protocol_name: str
    values: Mapping[str, tuple[float, ...]]
    """Of each metric, one per stimulus."""
    agreements: Mapping[str, Agreement]
    doubts: tuple[str, ...] = ()
    """Why some figures flatter."""

    def caption(self) -> str:
        """What the numbers are."""
        opinions = f"opinions without raters' biases ({'P.910' if self.method == 'p910' else 'P.913'})"
        unit = next(iter(self.agreements.values())).resampled
        return (
            f"{len(self.stimuli)} stimuli; {opinions}. Protocol {protocol(self.protocol_name).caption(0)}. "
            f"95 % intervals: bootstrap over {unit}."
        )


def agree(
    study: Study,
    metrics: Sequence[str],
    *,
    protocol_name: str = "rgb",
    seed: int = 0,
    watch: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> StudyAgreement:
    """Measure every stimulus, and correlate each metric with the opinions.

    Stimuli that are references themselves are left out: every metric gets them right.

    Args:
        study: With images, and with references where a metric compares with one.
        metrics: Names, or files of learned metrics.
        protocol_name: Such as `rgb`; no border is left out for a scale.
        seed: Of the bootstrap.
        watch: Told the name of the stimulus, how many are done, and how many there are.

    Raises:
        UnknownNameError: If a metric or the protocol is not known.
        InvalidRequestError: If a metric needs what the study does not have, or correlates with nothing.
        InvalidImageError: If sizes differ, or a metric gives no number.
    """
    protocol(protocol_name)
    _check(study, metrics)
    opinions, method = consensus(study.ratings)
    chosen = [index for index, is_reference in enumerate(study.is_reference) if not is_reference]
    values: dict[str, list[float]] = {name: [] for name in metrics}
    for done, index in enumerate(chosen):
        watch(study.ratings.stimuli[index], done, len(chosen))
        image, reference = study.planes(index)
        for name in metrics:
            values[name].append(
                measured(
                    name, image, image if reference is None else reference, None, protocol_name=protocol_name, scale=0
                )
            )
    contents = [study.contents[index] for index in chosen] if study.contents_are_known else None
    return StudyAgreement(
        stimuli=tuple(study.ratings.stimuli[index] for index in chosen),
        opinions=tuple(opinions[chosen].tolist()),
        method=method,
        protocol_name=protocol_name,
        values={name: tuple(found) for name, found in values.items()},
        agreements={
            name: agreement(
                np.array(found),
                opinions[chosen],
                higher_is_better=metric(name).higher_is_better,
                contents=contents,
                seed=seed,
            )
            for name, found in values.items()
        },
        doubts=_doubts(study, metrics),
    )


def _doubts(study: Study, metrics: Sequence[str]) -> tuple[str, ...]:
    """Learned metrics that have seen these stimuli, going by their names."""
    doubts: list[str] = []
    for name in metrics:
        if name.endswith(LEARNED_SUFFIX):
            card = read_quality(Path(name)).card
            known = len(set(card.stimulus_names) & set(study.ratings.stimuli))
            if known:
                doubts.append(
                    f"{name} was fitted to {known} stimuli of these names; if they are the same, its agreement here "
                    f"is flattered, and {card.held_out.learned.value:.3f} is its SRCC with raters and pictures unseen"
                )
    return tuple(doubts)


def _check(study: Study, metrics: Sequence[str]) -> None:
    for name in metrics:
        need = metric(name).compares_with
        if need == "low":
            raise InvalidRequestError(f"{name} compares with the low-resolution image, which a study does not have")
        if need == "reference" and not study.has_references:
            raise InvalidRequestError(
                f"{name} compares with a reference, which the study does not have; give --references FOLDER, or name "
                "them in a column 'reference' or 'original'"
            )
