"""Every named variant with what it costs; networks of any size, none of which is allocated or run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import nn

from superres.errors import unknown_name
from superres.models.card import Card
from superres.models.catalogue import ARCHITECTURES, build_from_card, variants
from superres.models.cost import published_macs
from superres.models.roster import Variant
from superres.models.weights import load_network


def variant_cards() -> list[Card]:
    """The cards of all named variants, by name, whether they have weights or not."""
    known = variants()
    return [known[name].card(name, known[name].variants[name]) for name in sorted(known)]


def card_of(name: str) -> Card:
    """The card of a named variant, or the one in a file of weights.

    Raises:
        UnknownNameError: If no variant is called so, and it is no file's name.
        MissingFileError: If it is a file's name, and there is none.
        InvalidWeightsError: If the file is damaged, or fits no architecture.
    """
    if Path(name).suffix:
        return load_network(name)[1]
    cards = {card.name: card for card in variant_cards()}
    if name not in cards:
        raise unknown_name("model", name, cards)
    return cards[name]


def counted(architectures: Sequence[str] = ARCHITECTURES) -> Iterator[Variant]:
    """Named variants, one by one, counted when they are asked for; what `superres.models.roster` writes down.

    Args:
        architectures: Whose variants.
    """
    known = variants()
    counts: dict[str, tuple[int, int]] = {}
    for card in (each for each in variant_cards() if each.architecture in architectures):
        # Some papers share a network and differ in training alone.
        key = f"{card.architecture} {card.config}"
        if key not in counts:
            counts[key] = _counts(card)
        parameters, macs = counts[key]
        yield Variant(
            name=card.name,
            architecture=card.architecture,
            scale=card.scale,
            highest_scale=card.highest_scale,
            parameters=parameters,
            macs=macs,
            source=card.source,
            needs_weights=known[card.name].needs_weights,
        )


def _counts(card: Card) -> tuple[int, int]:
    network = weightless(card)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return parameters, published_macs(network, channels=card.channels, scale=card.scale)


def weightless(card: Card) -> nn.Module:
    """The network of a card on PyTorch's `meta` device: shapes only, for counting.

    Raises:
        UnknownNameError: If the architecture is not known here.
        InvalidConfigError: If the card's configuration does not fit the architecture.
    """
    with torch.device("meta"):
        return build_from_card(card)
