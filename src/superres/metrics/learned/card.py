"""The card of a learned metric: what it was fitted to, and what it reached on raters whom it did not see."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from superres.errors import InvalidWeightsError
from superres.metrics.learned.features import Kind
from superres.metrics.learned.held_out import HeldOut
from superres.metrics.opinion.consensus import Method

CARD_KEY = "superres.quality"
"""Where the card stands in the metadata of a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QualityCard:
    """What a file of a learned metric says of itself; raters are counted, not named."""

    compares_with: Kind
    features: tuple[str, ...]
    width: float
    """Of the Gaussian kernel; 0 is the linear kernel."""
    penalty: float
    offset: float
    lowest: float
    """Worst score of the raters' scale."""
    highest: float
    """Best score of the raters' scale."""
    opinions: Method
    """How the votes became one opinion per stimulus, see `consensus`."""
    raters: int
    stimuli: int
    stimulus_names: tuple[str, ...]
    """By which an agreement with what the metric was fitted to is noticed."""
    contents: int
    votes: int
    contents_are_known: bool
    """False if the study does not say which stimuli show the same picture; held-out figures may then be too good."""
    held_out: HeldOut
    version: str
    """Of superres."""

    def to_json(self) -> str:
        """The card as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> QualityCard:
        """The card that `to_json` wrote.

        Raises:
            InvalidWeightsError: If the text is not such a card.
        """
        try:
            return _ADAPTER.validate_json(text)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise InvalidWeightsError(f"the card of a learned metric cannot be read: {reason}") from error


_ADAPTER: TypeAdapter[QualityCard] = TypeAdapter(QualityCard)
