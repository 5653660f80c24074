"""Warm starts: a stage begins with the weights of an earlier one, or of another network.

Sources: RLFN (arXiv:2205.07514, section 3.4) restarts the same network; RFDN and EDSR begin a ×3 or
×4 network with the trunk of the ×2 one.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from superres.errors import InvalidWeightsError
from superres.layers.reparameterization import branched_state
from superres.models.architecture import StateDict

_NAMED = 4
"""Fresh tensors that a message lists by name."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a warm start took over."""

    taken: int
    """Tensors copied."""
    fresh: tuple[str, ...]
    """Names of the tensors that keep their initial values."""

    def describe(self) -> str:
        """What stayed fresh, in words: `2 of 60 tensors stay fresh: head.weight, head.bias`."""
        named = ", ".join(self.fresh[:_NAMED])
        more = f" and {len(self.fresh) - _NAMED} more" if len(self.fresh) > _NAMED else ""
        return f"{len(self.fresh)} of {self.taken + len(self.fresh)} tensors stay fresh: {named}{more}"


def warm_start(network: nn.Module, tensors: StateDict, origin: str) -> Transfer:
    """Copy every tensor whose name and shape fit; the others keep their initial values.

    A branched network begins where a merged one has arrived, if its branches can.

    Args:
        network: Changed in place.
        tensors: Weights to begin with.
        origin: Where they come from, for the message.

    Raises:
        InvalidWeightsError: If not even half of the tensors fit, so that this would be no warm start.
    """
    own = network.state_dict()
    given = branched_state(network, tensors)
    fitting = {name: tensor for name, tensor in given.items() if name in own and own[name].shape == tensor.shape}
    if 2 * len(fitting) < len(own):
        raise InvalidWeightsError(
            f"a warm start from {origin} was asked for, but only {len(fitting)} of the network's {len(own)} tensors "
            "fit in name and shape; start from weights of the same architecture and width"
        )
    network.load_state_dict({**own, **fitting})
    return Transfer(len(fitting), tuple(name for name in own if name not in fitting))
