"""The networks of a recipe's stages, one after another.

A stage may train another configuration than the recipe's model: a smaller scale first, as EDSR (arXiv:1707.02921,
section 4.2) and RFDN begin ×3 and ×4 with the trunk of ×2, or a width that is still to be pruned. What follows it goes
on with the network that it leaves, and the last stage leaves the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from superres.errors import InvalidConfigError
from superres.training.claims import require


@dataclass(frozen=True, slots=True)
class Link:
    """A stage, as far as networks are concerned; configurations are the architecture's own."""

    name: str
    start: str
    trained: Any
    """What the stage trains."""
    made: Any
    """What it leaves, which is narrower where it prunes."""
    grows: bool = False
    """Whether it trains a larger network than it starts from."""


def check_succession(links: Sequence[Link], wanted: Any) -> None:
    """Refuse stages whose networks do not fit each other, but for their scale, and branches that are merged.

    Args:
        links: The stages, in their order.
        wanted: The configuration of the recipe's model.

    Raises:
        InvalidConfigError: If one differs from what it starts from, or the last is not what is wanted.
    """
    made: Mapping[str, Any] = {link.name: link.made for link in links}
    for link in links:
        before = made.get(link.start)
        if before is not None and link.grows:
            require(_has_grown(before, link.trained), f"stage {link.name!r}: {before} cannot grow into {link.trained}")
        elif before is not None and not _follows(before, link.trained):
            raise InvalidConfigError(
                f"stage {link.name!r} starts from {link.start!r}, whose network differs in more than its scale: "
                f"{before}, where this stage trains {link.trained}"
            )
        require(link.trained.channels == wanted.channels, f"stage {link.name!r}: all stages have the same channels")
    last = links[-1]
    require(last.made == wanted, f"the last stage, {last.name!r}, makes {last.made}, but the model is to be {wanted}")


def _has_grown(before: Any, after: Any) -> bool:
    """Whether no size has become smaller, at one scale; whether both answer alike is seen when they are there."""
    pairs = [(getattr(before, each.name), getattr(after, each.name)) for each in fields(before)]
    is_smaller = any(type(old) is int and type(new) is int and new < old for old, new in pairs)
    return before.scale == after.scale and not is_smaller


def _follows(before: Any, after: Any) -> bool:
    """Whether one network may go on where another has arrived."""
    changes = {"scale": after.scale}
    if getattr(before, "form", "") == "branched":
        changes["form"] = after.form
    return replace(before, **changes) == after
