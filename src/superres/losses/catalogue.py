"""The list of losses by the names that recipes use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from superres.errors import unknown_name
from superres.losses.pixel import charbonnier, l1, l2

Loss = Callable[[Tensor, Tensor], Tensor]

LOSSES: Mapping[str, Loss] = {"charbonnier": charbonnier, "l1": l1, "l2": l2}


def loss(name: str) -> Loss:
    """The loss of this name, a function of restored and reference.

    Raises:
        UnknownNameError: If none is called so.
    """
    if name not in LOSSES:
        raise unknown_name("loss", name, LOSSES)
    return LOSSES[name]
