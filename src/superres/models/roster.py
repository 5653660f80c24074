"""Every named network with what it costs, written down, so that none is built, or even imported, to list them.

`scripts/roster.py` writes the file; a test counts everything anew and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from superres.models.writing import replace_file

ROSTER = Path(__file__).with_name("roster.json")
"""Where it is written down."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A named network, with or without weights."""

    name: str
    architecture: str
    scale: int
    highest_scale: float | None
    """Up to which factor it enlarges, where it takes any."""
    parameters: int
    macs: int
    """Multiply-accumulates for a 1280×720 output, as the papers count."""
    source: str
    needs_weights: bool
    """Whether it is of use only after training, or with somebody's weights."""


_VARIANTS: TypeAdapter[tuple[Variant, ...]] = TypeAdapter(tuple[Variant, ...])


@lru_cache(maxsize=1)
def roster() -> tuple[Variant, ...]:
    """Every named variant, by name."""
    return _VARIANTS.validate_json(ROSTER.read_bytes())


def write_roster(variants: tuple[Variant, ...], path: Path = ROSTER) -> None:
    """Write variants down, by name; an older file is replaced."""
    ordered = tuple(sorted(variants, key=lambda each: each.name))
    replace_file(path, _VARIANTS.dump_json(ordered, indent=1) + b"\n")
    roster.cache_clear()
