"""What the house must know of an architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError
from torch import Tensor, nn

from superres.errors import InvalidConfigError, unknown_name
from superres.models.card import Card, Colour


class Config(Protocol):
    """What every configuration has. Frozen dataclasses beside their networks implement it."""

    @property
    def scale(self) -> int:
        """Output pixels for one input pixel, along each axis."""
        ...

    @property
    def channels(self) -> int:
        """1 for luminance, 3 for RGB."""
        ...


StateDict = Mapping[str, Tensor]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tiling:
    """How an image may be cut for a network."""

    minimum_size: int
    """The smallest side [pixels]."""
    grid: int
    """Tiles start at multiples of this."""
    overlap: int
    """Pixels of context."""
    is_exact: bool
    """Whether tiles then agree with the whole image within 1/255."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Architecture:
    """One paper's network: its configuration, its published variants, how it is cut into tiles."""

    name: str
    config: type[Any]
    """A frozen dataclass that implements `Config`."""
    network: Callable[[Any], nn.Module]
    """Builds the network from a configuration."""
    source: str
    variants: Mapping[str, Any]
    """Named configurations, all published or shipped."""
    tiling: Callable[[Any], Tiling]
    highest_scale: float | None = None
    """Up to which factor a network that takes any is meant to enlarge; its `forward(low, scale)` is then asked for
    it. None where the configuration alone says the scale."""
    colour: Colour = "rgb"
    """What a network of one channel is for; with three channels it is for RGB."""
    needs_weights: bool = True
    """Whether anything is learned: a network without weights is complete as it is built, and is never trained."""
    not_exportable: str = ""
    """Why its networks cannot become ONNX graphs, as a sentence; empty where they can."""
    from_foreign: Callable[[StateDict], tuple[Any, dict[str, Tensor]]] | None = None
    """Reads the authors' own files: the configuration they imply, and the tensors under our names."""
    from_foreign_at: Callable[[StateDict, int], tuple[Any, dict[str, Tensor]]] | None = None
    """The same where shapes do not tell the scale, because one file serves several: then the file's name ends as our
    variants do, such as `_x3`, or `superres convert --scale` says it."""

    def read_config(self, values: Mapping[str, Any]) -> Any:
        """The configuration that these values describe.

        Raises:
            UnknownNameError: If a key is unknown.
            InvalidConfigError: If a value makes no sense.
        """
        known = [field.name for field in fields(self.config)]
        for key in values:
            if key not in known:
                raise unknown_name(f"setting of {self.name}", key, known)
        try:
            return TypeAdapter(self.config).validate_python(dict(values))
        except ValidationError as error:
            first = error.errors()[0]
            cause = first.get("ctx", {}).get("error")
            if isinstance(cause, InvalidConfigError):  # the configuration's own sentence
                raise cause from error
            place = ".".join(str(part) for part in first["loc"])
            raise InvalidConfigError(f"{self.name} cannot be built: {place}: {first['msg'].lower()}") from error

    def card(self, name: str, config: Any) -> Card:
        """The card of a network of this architecture."""
        tiling = self.tiling(config)
        return Card(
            name=name,
            architecture=self.name,
            # As files hold it, tuples as lists, so that a card read back is the same card.
            config=TypeAdapter(self.config).dump_python(config, mode="json"),
            scale=config.scale,
            highest_scale=self.highest_scale,
            channels=config.channels,
            colour=self.colour if config.channels == 1 else "rgb",
            minimum_size=tiling.minimum_size,
            grid=tiling.grid,
            overlap=tiling.overlap,
            tiles_are_exact=tiling.is_exact,
            not_exportable=self.not_exportable,
            source=self.source,
        )
