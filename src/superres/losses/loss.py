"""What the house must know of a loss, and how every loss is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict
from torch import Tensor

STRICT = ConfigDict(extra="forbid", strict=True)
"""For the settings of losses, which stand in recipes."""

Term = Callable[[Tensor, Tensor, Tensor], Tensor]
"""A loss with its settings: restored and reference, (N, C, H, W) each, and the low-resolution images (N, C, h, w) that
the network was given, all in [0, 1], to one number."""
Comparison = Callable[[Tensor, Tensor], Tensor]
"""A loss of restored and reference alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """The settings of a loss that has none."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """One term that a recipe can name."""

    name: str
    """As recipes spell it."""
    source: str
    build: Callable[[Any], Term]
    """Makes the term from its settings; files that it needs are opened here."""
    settings: type[Any] = Nothing
    """A frozen, strict dataclass; its defaults are what a recipe gets that says nothing."""
    needs_settings: bool = False
    """Whether a recipe must say something."""
    floor: float = 0.0
    """The value where restored and reference are equal."""
    minimum_size: int = 1
    """The smallest side of a patch [pixels]."""
    is_pixelwise: bool = False
    """Whether it is a mean over pixels, each by itself, so that some pixels can stand for all."""
    is_for_colour: bool = False
    """Whether it takes RGB alone."""
    compares: bool = True
    """Whether it is lowest where restored and reference are equal."""
    reads_uncertainty: bool = False
    """Whether the network must say its uncertainty too; see `superres.losses.uncertainty`."""


def of_pair(function: Comparison) -> Callable[[Nothing], Term]:
    """How a loss without settings is built that looks at restored and reference alone."""

    def build(_: Nothing) -> Term:
        return lambda restored, reference, _: function(restored, reference)

    return build
