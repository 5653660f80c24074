"""Warm starts."""

from dataclasses import replace

import pytest
import torch

from superres.errors import InvalidWeightsError
from superres.models.catalogue import build
from superres.models.rlfn import RLFN, RLFNConfig
from superres.models.span import SPAN, SPANConfig
from superres.models.weights import load_network
from superres.training.warm_start import Transfer, warm_start


def network(scale: int = 2, width: int = 8) -> RLFN:
    return RLFN(RLFNConfig(scale=scale, width=width, blocks=1, attention_width=4))


def test_same_network_takes_every_tensor() -> None:
    old, new = network(), network()
    transfer = warm_start(new, old.state_dict(), "old")
    assert not transfer.fresh
    assert all(torch.equal(a, b) for a, b in zip(old.parameters(), new.parameters(), strict=True))


def test_another_scale_keeps_only_its_own_upsampling() -> None:
    transfer = warm_start(network(scale=3), network(scale=2).state_dict(), "old")
    assert transfer.fresh == ("upsample.convolution.weight", "upsample.convolution.bias")


def test_another_width_is_refused() -> None:
    with pytest.raises(InvalidWeightsError, match=r"only \d+ of the network's \d+ tensors fit"):
        warm_start(network(width=12), network(width=8).state_dict(), "old")


def test_network_with_branches_begins_where_one_without_has_arrived() -> None:
    torch.manual_seed(0)
    config = RLFNConfig(width=8, blocks=1, attention_width=4)
    arrived, branched = RLFN(config).eval(), RLFN(replace(config, form="branched")).eval()
    others = branched.blocks[0].get_parameter("first.expanded.expand.weight").clone()
    transfer = warm_start(branched, arrived.state_dict(), "arrived")
    low = torch.rand(1, 3, 18, 20)
    assert not transfer.fresh
    torch.testing.assert_close(branched(low), arrived(low), atol=1e-5, rtol=0)
    assert torch.equal(branched.blocks[0].get_parameter("first.expanded.expand.weight"), others)


def test_branches_that_cannot_be_every_kernel_stay_fresh() -> None:
    config = SPANConfig(width=8, blocks=2)
    arrived, branched = SPAN(config), SPAN(replace(config, form="branched"))
    with pytest.raises(InvalidWeightsError, match="tensors fit"):
        warm_start(branched, arrived.state_dict(), "arrived")


@pytest.mark.parametrize("scale", [3, 4])
def test_trunk_of_a_shipped_network_of_another_scale_is_taken_and_the_enlargement_is_fresh(scale: int) -> None:
    network, _ = build(f"rlfn_compact_x{scale}")
    double, _ = load_network("rlfn_compact_x2")
    found = warm_start(network, double.state_dict(), "rlfn_compact_x2")
    assert found.fresh == ("upsample.convolution.weight", "upsample.convolution.bias")
    assert torch.equal(network.state_dict()["blocks.3.fuse.weight"], double.state_dict()["blocks.3.fuse.weight"])


def test_what_stays_fresh_is_said_in_words() -> None:
    few = Transfer(taken=3, fresh=("head.weight",))
    many = Transfer(taken=3, fresh=tuple("abcdef"))
    assert few.describe() == "1 of 4 tensors stay fresh: head.weight"
    assert many.describe() == "6 of 9 tensors stay fresh: a, b, c, d and 2 more"
