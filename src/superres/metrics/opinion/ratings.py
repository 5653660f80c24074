"""Ratings: who gave which stimulus which score."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError, UnreadableFileError, unknown_name
from superres.metrics.opinion.votes import read_votes


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratings:
    """Scores of several raters for several stimuli, on a scale where higher is better.

    Raises:
        InvalidRequestError: If shape and names differ, a name comes twice, or a row or column has no score.
    """

    stimuli: tuple[str, ...]
    raters: tuple[str, ...]
    matrix: NDArray[np.float64]
    """Scores, (stimulus, rater); NaN where a rater did not see a stimulus."""
    references: tuple[str | None, ...] = ()
    """For each stimulus the hidden reference among the stimuli, or None; empty if the study has none."""

    def __post_init__(self) -> None:
        if self.matrix.shape != (len(self.stimuli), len(self.raters)) or not self.matrix.size:
            raise InvalidRequestError(
                f"{len(self.stimuli)} stimuli and {len(self.raters)} raters need a matrix of that shape, "
                f"got {self.matrix.shape}"
            )
        for kind, names in (("stimuli", self.stimuli), ("raters", self.raters)):
            if len(set(names)) != len(names):
                raise InvalidRequestError(f"the names of {kind} must differ from each other, got {names}")
        if np.isinf(self.matrix).any():
            raise InvalidRequestError("a score cannot be infinite; NaN stands for a vote that is missing")
        self.need(per_stimulus=1, per_rater=1, method="a table of ratings")
        if self.references and len(self.references) != len(self.stimuli):
            raise InvalidRequestError(f"{len(self.stimuli)} stimuli need as many references, or none at all")
        for reference in self.references:
            if reference is not None and reference not in self.stimuli:
                raise unknown_name("rated stimulus", reference, self.stimuli)

    def need(self, *, per_stimulus: int, per_rater: int, method: str) -> None:
        """Refuse a table that is too thin for a method.

        Raises:
            InvalidRequestError: If a stimulus or a rater has fewer votes than the method needs.
        """
        present = ~np.isnan(self.matrix)
        sides = (("stimulus", self.stimuli, 1, per_stimulus), ("rater", self.raters, 0, per_rater))
        for kind, names, axis, least in sides:
            for name, votes in zip(names, present.sum(axis=axis), strict=True):
                if votes < least:
                    raise InvalidRequestError(f"{kind} {name!r} has {votes} votes; {method} needs at least {least}")

    def without(self, raters: Collection[str]) -> Ratings:
        """The same study without these raters, as after a screening.

        Raises:
            UnknownNameError: If one of them is not there.
            InvalidRequestError: If nobody remains, or nobody for one of the stimuli.
        """
        for name in raters:
            if name not in self.raters:
                raise unknown_name("rater", name, self.raters)
        kept = [index for index, name in enumerate(self.raters) if name not in raters]
        return Ratings(
            stimuli=self.stimuli,
            raters=tuple(self.raters[index] for index in kept),
            matrix=self.matrix[:, kept],
            references=self.references,
        )


def read_ratings(path: Path, *, lowest: float = 1.0, highest: float = 5.0) -> Ratings:
    r"""Ratings from a CSV file with the columns stimulus, rater, score and, if there is one, reference.

    Names keep the order of their first appearance. A decimal comma is understood where the separator is another.

    Args:
        path: The file; see `read_votes` for separators and encoding.
        lowest: Worst score of the scale.
        highest: Best score of the scale; 1 to 5 is absolute category rating (ITU-T P.910, 7.1).

    Raises:
        MissingFileError: If nothing is there.
        UnreadableFileError: If a column is missing, a score is no number or off the scale, a vote comes twice, or
            a stimulus has two references.
        UnknownNameError: If a reference is not among the stimuli.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     written = Path(folder, "votes.csv").write_text("stimulus,rater,score\na,Ann,4\nb,Ann,2\n")
        ...     read_ratings(Path(folder, "votes.csv")).matrix.tolist()
        [[4.0], [2.0]]
    """
    scores: dict[tuple[str, str], float] = {}
    references: dict[str, str | None] = {}
    for line, vote in read_votes(path, ("stimulus", "rater", "score"), ("reference",)):
        place, key = f"{path}, line {line}", (vote["stimulus"], vote["rater"])
        if key in scores:
            raise UnreadableFileError(f"{place}: rater {key[1]!r} votes for {key[0]!r} a second time")
        reference = vote.get("reference") or None
        if references.setdefault(key[0], reference) != reference:
            raise UnreadableFileError(
                f"{place}: {key[0]!r} has the reference {reference!r} here and {references[key[0]]!r} before"
            )
        scores[key] = _score(vote["score"], place, lowest, highest)
    raters = tuple(dict.fromkeys(rater for _, rater in scores))
    return Ratings(
        stimuli=tuple(references),
        raters=raters,
        matrix=np.array([[scores.get((name, rater), np.nan) for rater in raters] for name in references]),
        references=tuple(references.values()) if any(references.values()) else (),
    )


def _score(text: str, place: str, lowest: float, highest: float) -> float:
    try:
        score = float(text.replace(",", "."))
    except ValueError:
        raise UnreadableFileError(f"{place}: the score {text!r} is no number") from None
    if not (isfinite(score) and lowest <= score <= highest):
        raise UnreadableFileError(f"{place}: the score {text} is not between {lowest:g} and {highest:g}")
    return score
