"""Gradients in bfloat16, which trainings on a CPU use."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from superres.models.card import Card
from superres.models.catalogue import build
from superres.models.roster import roster

MOST_PARAMETERS = 400_000
"""So that all variants take seconds."""
CHAOTIC = ("bicubic_", "drrn_")
"""Without parameters; and 25 recursions whose batches are too small for normalisation, where rounding grows."""


def variants() -> Iterator[str]:
    """Of every architecture, the small ones: what goes wrong in a kernel depends on its sizes."""
    for variant in roster():
        if variant.parameters <= MOST_PARAMETERS and not variant.name.startswith(CHAOTIC):
            yield variant.name


def gradient(network: nn.Module, card: Card, *, half: bool) -> Tensor:
    """Of a random direction of the answer, with respect to all parameters."""
    generator = torch.Generator().manual_seed(0)
    side = max(16, card.minimum_size)
    low = torch.rand(2, card.channels, side, side, generator=generator)
    network.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        answer = network(low)
    last = (answer[-1] if isinstance(answer, list | tuple) else answer).float()
    (last * torch.randn(last.shape, generator=generator)).sum().backward()
    return torch.cat([each.grad.flatten() for each in network.parameters() if each.grad is not None])


@pytest.mark.parametrize("name", list(variants()))
def test_half_precision_steps_in_the_direction_of_full_precision(name: str) -> None:
    torch.manual_seed(0)
    network, card = build(name)
    network.train()
    full, rounded = (gradient(network, card, half=half) for half in (False, True))
    assert torch.cosine_similarity(full, rounded, dim=0) > 0.97
