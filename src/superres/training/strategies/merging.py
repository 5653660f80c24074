"""What a run publishes: networks that learn with branches are given out as the plain convolutions that they equal.

The sources are those of `superres.layers.reparameterization`. A network with branched convolutions has a setting
`form` in its configuration, `branched` where it learns and `merged` where it works.
"""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from superres.errors import InvalidWeightsError
from superres.layers.reparameterization import BranchedConvolution, merged_state
from superres.models.architecture import StateDict
from superres.models.card import Card
from superres.training.strategies.agreement import difference, filled

TOLERANCE = 1e-4
"""How far both forms' answers may differ, of values in [0, 1]."""


def merged(tensors: StateDict, card: Card) -> tuple[StateDict, Card]:
    """The weights of a network without its branches, and their card.

    Args:
        tensors: Trained weights.
        card: Theirs.

    Returns:
        The same where the network has no branches.

    Raises:
        InvalidWeightsError: If the merged network does not answer as the branched one.
    """
    branched = filled(card, tensors)
    if not is_branched(branched):
        return tensors, card
    plain_card = replace(card, config={**card.config, "form": "merged"})
    state = merged_state(branched)
    found = difference(branched, filled(plain_card, state), card)
    if not found <= TOLERANCE:
        raise InvalidWeightsError(
            f"{card.name}: the merged convolutions differ by {found:.2g} from the branches that they stand for, "
            f"where {TOLERANCE:g} is allowed; the branched weights of every stage lie in the run's folder stages"
        )
    return state, plain_card


def is_branched(network: nn.Module) -> bool:
    """Whether a network learns with branches."""
    return any(isinstance(layer, BranchedConvolution) for layer in network.modules())
