"""The network that a recipe makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict

from superres.errors import InvalidConfigError
from superres.models.architecture import Architecture
from superres.models.catalogue import architecture
from superres.training.claims import require_plain_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """The network to train, at one scale.

    A network that the papers train for several scales at once (VDSR, DRCN, CARN) is trained here for the one of its
    configuration; weights of another scale may be a stage's start.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    name: str
    """Of the weights file; letters, digits, `-` and `_`."""
    architecture: str
    config: dict[str, Any]
    """The architecture's own configuration, complete."""

    def __post_init__(self) -> None:
        require_plain_name("model", self.name)
        known, config = self.read()
        if not known.needs_weights:
            raise InvalidConfigError(
                f"model {self.name!r}: nothing in {known.name} is learned, so it cannot be trained"
            )
        channels = config.channels
        if channels not in (1, 3):
            raise InvalidConfigError(
                f"model {self.name!r}: training images are RGB, so channels must be 3, or 1 for luma "
                f"or for one colour at a time, got {channels}"
            )

    def read(self) -> tuple[Architecture, Any]:
        """The architecture, and the configuration as its own kind.

        Raises:
            UnknownNameError: If the architecture or a setting is unknown.
            InvalidConfigError: If a setting makes no sense.
        """
        known = architecture(self.architecture)
        return known, known.read_config(self.config)
