"""The card of a network: what an engine, a table or a user must know without knowing the network.

It travels inside every weights file and every exported graph, as JSON under the key `superres.card`.
Nothing here needs PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from superres.errors import InvalidWeightsError

PRECISION_KEY = "superres.precision"
"""Where a graph says that it computes in 8 bit: `int8`."""
CARD_KEY = "superres.card"
"""Where the card stands in the metadata of a file."""

Colour = Literal["rgb", "luma"]
"""What the channels mean; see `Card.colour`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What a file of weights says of itself."""

    name: str
    """The variant, such as `rlfn_compact_x4`."""
    architecture: str
    """Name in the catalogue of architectures, such as `rlfn`."""
    config: Mapping[str, Any]
    """The architecture's own configuration, complete."""
    scale: int
    """How many output pixels stand for one input pixel, along each axis."""
    highest_scale: float | None = None
    """The network enlarges by any factor from 1 up to this one, and by `scale` where none is asked for; None for a
    network of one scale."""
    channels: int = 3
    """1 for luminance, 3 for RGB; values in [0, 1] at both ends."""
    colour: Colour = "rgb"
    """`rgb`: three channels are RGB, one channel takes red, green and blue one by one. `luma`: one channel, the Y of
    BT.601 in its studio range (black is 16/255); the colours go round the network."""
    minimum_size: int = 1
    """The smallest side [pixels] that the network takes."""
    grid: int = 1
    """Tiles start at multiples of this many input pixels."""
    overlap: int = 16
    """Input pixels of context beyond which a tile and the whole image agree."""
    tiles_are_exact: bool = True
    """Whether tiles on the grid agree with the whole image within 1/255."""
    not_exportable: str = ""
    """Why it cannot become an ONNX graph, as a sentence; empty where it can."""
    source: str = ""
    """The paper."""
    licence: str = ""
    """Licence of the weights."""
    trained_on: tuple[str, ...] = ()
    """Names of the training sets."""
    recipe: str = ""
    """File name of the recipe that made the weights."""
    steps: int = 0
    """Training steps behind the weights, all stages together."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    """Layers that learned to compute in 8 bit, and the ends of what each sees."""
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    """Measured figures, such as `set5_psnr_y` [dB]."""

    def __post_init__(self) -> None:
        if self.colour == "luma" and self.channels != 1:
            raise InvalidWeightsError(f"{self.name} is said to be a network of luma, with {self.channels} channels")

    def to_json(self) -> str:
        """The card as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Card:
        """The card that `to_json` wrote.

        Raises:
            InvalidWeightsError: If the text is not a card.
        """
        try:
            return _ADAPTER.validate_json(text)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise InvalidWeightsError(f"the card inside the weights cannot be read: {reason}") from error

    def with_training(self, *, trained_on: tuple[str, ...], recipe: str, steps: int, licence: str) -> Card:
        """The same card with where the weights come from."""
        return replace(self, trained_on=trained_on, recipe=recipe, steps=steps, licence=licence)

    def with_figures(self, figures: Mapping[str, float]) -> Card:
        """The same card with these measured figures added."""
        return replace(self, figures={**self.figures, **figures})


_ADAPTER: TypeAdapter[Card] = TypeAdapter(Card)


def card_in(metadata: Mapping[str, str], file_name: str) -> Card:
    """The card in a file's metadata.

    Args:
        metadata: Keys and texts of the file's header.
        file_name: For the message.

    Raises:
        InvalidWeightsError: If there is none, or it cannot be read.
    """
    if CARD_KEY not in metadata:
        raise InvalidWeightsError(
            f"{file_name} carries no card, so neither its scale nor its tiles are known; "
            "files that `superres train` and `superres export` write carry one"
        )
    return Card.from_json(metadata[CARD_KEY])
