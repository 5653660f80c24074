"""What a run publishes: networks that learn with branches are given out as the plain convolutions that they equal.

The sources are those of `superres.layers.reparameterization`. A network with branched convolutions has a setting
`form` in its configuration, `branched` where it learns and `merged` where it works.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from superres.errors import InvalidWeightsError
from superres.layers.reparameterization import BranchedConvolution, merged_state
from superres.models.architecture import StateDict
from superres.models.card import Card
from superres.models.catalogue import build_from_card
from superres.models.weights import fill

TOLERANCE = 1e-4
"""How far both forms' answers may differ, of values in [0, 1]."""
_SIDE = 24
"""Of the image [pixels] that both forms enlarge."""


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
    branched = _network(tensors, card)
    if not is_branched(branched):
        return tensors, card
    plain_card = replace(card, config={**card.config, "form": "merged"})
    state = merged_state(branched)
    difference = _difference(branched, _network(state, plain_card), card)
    if not difference <= TOLERANCE:
        raise InvalidWeightsError(
            f"{card.name}: the merged convolutions differ by {difference:.2g} from the branches that they stand for, "
            f"where {TOLERANCE:g} is allowed; the branched weights of every stage lie in the run's folder stages"
        )
    return state, plain_card


def is_branched(network: nn.Module) -> bool:
    """Whether a network learns with branches."""
    return any(isinstance(layer, BranchedConvolution) for layer in network.modules())


def _network(tensors: StateDict, card: Card) -> nn.Module:
    network = build_from_card(card)
    fill(network, tensors, card.name)
    return network.eval()


@torch.no_grad()
def _difference(branched: nn.Module, plain: nn.Module, card: Card) -> float:
    """The largest, over an image of noise."""
    side = max(_SIDE, card.minimum_size)
    noise = torch.rand(1, card.channels, side, side, generator=torch.Generator().manual_seed(0))
    answers: list[Tensor] = [network(noise) for network in (branched, plain)]
    return float((answers[0] - answers[1]).abs().max())
