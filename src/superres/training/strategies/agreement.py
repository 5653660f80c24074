"""Whether two networks answer alike."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from superres.models.architecture import StateDict
from superres.models.card import Card
from superres.models.catalogue import build_from_card
from superres.models.weights import fill

_SIDE = 24
"""Of the image [pixels] that both enlarge."""


def filled(card: Card, tensors: StateDict) -> nn.Module:
    """The network of a card with its weights, ready to answer."""
    network = build_from_card(card)
    fill(network, tensors, card.name)
    return network.eval()


@torch.no_grad()
def difference(first: nn.Module, second: nn.Module, card: Card) -> float:
    """The largest between two networks' answers, over an image of noise; infinite where sizes differ.

    Args:
        first: As it will work, not learn; stays so.
        second: The same; its mode is put back.
        card: Of one of them.
    """
    side = max(_SIDE, card.minimum_size)
    noise = torch.rand(1, card.channels, side, side, generator=torch.Generator().manual_seed(0))
    was_learning = second.training
    answers: list[Tensor] = [network.eval()(noise) for network in (first, second)]
    second.train(was_learning)
    if answers[0].shape != answers[1].shape:
        return math.inf
    return float((answers[0] - answers[1]).abs().max())
