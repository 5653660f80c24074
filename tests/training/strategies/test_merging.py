"""Branches are merged before weights are given out."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from superres.errors import InvalidWeightsError
from superres.layers.reparameterization import BranchedConvolution, merged_state
from superres.models.card import Card
from superres.models.catalogue import ARCHITECTURES, architecture, build, build_from_card
from superres.models.weights import fill
from superres.training.strategies import merging
from superres.training.strategies.merging import merged

SMALL: dict[str, dict[str, Any]] = {
    "ecbsr": {"width": 4, "blocks": 1},
    "efdn": {"width": 16},
    "fmen": {"width": 8, "blocks": 1, "attention_width": 4, "opening_width": 4},
    "rlfn": {"width": 4, "blocks": 1, "attention_width": 4},
    "span": {"width": 8, "blocks": 2},
}
"""The architectures that can learn with branches."""


def branched(name: str) -> tuple[nn.Module, Card]:
    torch.manual_seed(0)
    known = architecture(name)
    config = known.read_config({**SMALL[name], "form": "branched"})
    return known.network(config).eval(), known.card(f"small_{name}", config)


@pytest.mark.parametrize("name", SMALL)
@torch.no_grad()
def test_merged_network_answers_as_the_branched_one_and_has_no_branches(name: str) -> None:
    network, card = branched(name)
    tensors, plain = merged(network.state_dict(), card)
    working = build_from_card(plain)
    fill(working, tensors, "test")
    low = torch.rand(1, card.channels, 20, 17)
    assert plain.config == {**card.config, "form": "merged"}
    assert not any(isinstance(layer, BranchedConvolution) for layer in working.modules())
    torch.testing.assert_close(working.eval()(low), network(low), atol=1e-4, rtol=0)


def test_these_are_all_architectures_with_branches() -> None:
    def has_branches(name: str) -> bool:
        known = architecture(name)
        card = known.card("any", next(iter(known.variants.values())))
        return card.config.get("form") == "merged"

    assert sorted(filter(has_branches, ARCHITECTURES)) == sorted(SMALL)


def test_network_without_branches_stays_as_it_is() -> None:
    network, card = build("espcn_x2")
    tensors = network.state_dict()
    assert merged(tensors, card) == (tensors, card)


def test_merged_network_that_answers_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def bent(network: nn.Module) -> dict[str, Tensor]:
        return {name: tensor + 0.01 for name, tensor in merged_state(network).items()}

    monkeypatch.setattr(merging, "merged_state", bent)
    network, card = branched("ecbsr")
    with pytest.raises(InvalidWeightsError, match=r"differ by .* from the branches that they stand for"):
        merged(network.state_dict(), card)
