"""A larger network begins where a smaller one has arrived."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from superres.errors import InvalidWeightsError
from superres.models.card import Card
from superres.models.catalogue import architecture
from superres.training.strategies.growth import grow

RLFN = {"width": 4, "blocks": 1, "attention_width": 4}
EDSR = {"width": 4, "blocks": 1, "scale": 2}
RCAN = {"width": 8, "groups": 1, "blocks": 1, "reduction": 4, "scale": 2}
RESIDUAL = {"width": 4, "blocks": 1}


def fresh(name: str, config: dict[str, Any]) -> tuple[nn.Module, Card]:
    known = architecture(name)
    read = known.read_config(config)
    return known.network(read).eval(), known.card(f"small_{name}", read)


@pytest.mark.parametrize(
    ("name", "small", "larger"),
    [
        ("rlfn", RLFN, {"width": 7}),
        ("rlfn", RLFN, {"blocks": 3}),
        ("rlfn", RLFN, {"width": 6, "block_width": 9, "blocks": 2}),
        ("edsr", EDSR, {"width": 6, "blocks": 3}),
        ("rcan", RCAN, {"width": 12, "groups": 2, "blocks": 3}),
        ("residual", RESIDUAL, {"width": 5, "blocks": 2}),
    ],
)
@torch.no_grad()
def test_grown_network_answers_as_the_one_it_grew_from(
    name: str, small: dict[str, Any], larger: dict[str, Any]
) -> None:
    torch.manual_seed(0)
    taught, card = fresh(name, small)
    network, _ = fresh(name, {**small, **larger})
    low = torch.rand(2, 3, 20, 17)
    assert (network(low) - taught(low)).abs().max() > 1e-3
    grow(network, taught.state_dict(), card, "there")
    torch.testing.assert_close(network(low), taught(low), atol=1e-5, rtol=0)


def test_all_that_is_new_learns_within_a_few_steps() -> None:
    torch.manual_seed(0)
    taught, card = fresh("rlfn", RLFN)
    network, _ = fresh("rlfn", {**RLFN, "width": 6, "blocks": 2})
    grow(network, taught.state_dict(), card, "there")
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    low, high = torch.rand(2, 3, 16, 16), torch.rand(2, 3, 64, 64)
    for _ in range(3):
        optimiser.zero_grad()
        (network(low) - high).abs().mean().backward()
        optimiser.step()
    for name, tensor in network.state_dict().items():
        assert (tensor != before[name]).all(), name


@pytest.mark.parametrize(
    ("small", "large", "match"),
    [
        (("rlfn", {**RLFN, "width": 6}), ("rlfn", RLFN), r"has one of \(4, 3, 3, 3\)"),
        (("rlfn", {**RLFN, "blocks": 2}), ("rlfn", RLFN), "has no such tensor"),
        (("rlfn", {**RLFN, "scale": 2}), ("rlfn", {**RLFN, "width": 6, "scale": 3}), "answers differently, by inf"),
        # Layers whose channels are put together from several.
        (("rfdn", {"width": 8, "blocks": 1}), ("rfdn", {"width": 12, "blocks": 1}), "answers differently"),
    ],
)
def test_what_cannot_grow_is_refused(
    small: tuple[str, dict[str, Any]], large: tuple[str, dict[str, Any]], match: str
) -> None:
    torch.manual_seed(0)
    taught, card = fresh(*small)
    network, _ = fresh(*large)
    with pytest.raises(InvalidWeightsError, match=match):
        grow(network, taught.state_dict(), card, "there")


def test_branches_do_not_grow() -> None:
    taught, card = fresh("rlfn", RLFN)
    network, _ = fresh("rlfn", {**RLFN, "width": 6, "form": "branched"})
    with pytest.raises(InvalidWeightsError, match="and merged"):
        grow(network, taught.state_dict(), card, "there")
