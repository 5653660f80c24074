"""Members of a fusion that are trained already."""

import pytest
import torch

from superres.errors import InvalidConfigError, InvalidWeightsError
from superres.models.fusion import Fusion, FusionConfig, Member
from superres.models.rlfn import RLFN, RLFNConfig
from superres.models.weights import load_network
from superres.training.strategies.members import check_members, fill_members, freeze

COMPACT = Member(architecture="rlfn", config={"width": 48, "blocks": 4})
SMALL = Member(architecture="rlfn", config={"width": 8, "blocks": 1})
TWICE = FusionConfig(scale=2, members=(COMPACT, COMPACT))


@torch.no_grad()
def test_fusion_of_one_network_with_itself_begins_as_that_network() -> None:
    fused, shipped = Fusion(TWICE).eval(), load_network("rlfn_compact_x2")[0]
    fill_members(fused, ["rlfn_compact_x2", "rlfn_compact_x2"])
    low = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(fused(low), shipped(low), atol=1e-6, rtol=0)


def test_without_sources_nothing_is_filled() -> None:
    for network in (Fusion(FusionConfig(scale=2, members=(SMALL, SMALL))), RLFN(RLFNConfig(width=8, blocks=1))):
        before = [parameter.clone() for parameter in network.parameters()]
        fill_members(network, [])
        assert all(torch.equal(one, two) for one, two in zip(before, network.parameters(), strict=True))


def test_weights_of_another_configuration_are_refused() -> None:
    fused = Fusion(FusionConfig(scale=2, members=(COMPACT, SMALL)))
    with pytest.raises(InvalidWeightsError, match="rlfn_compact_x2 does not fit this network"):
        fill_members(fused, ["rlfn_compact_x2", "rlfn_compact_x2"])


def test_each_member_has_its_source() -> None:
    check_members("a", ["one", "two"], TWICE)
    check_members("a", [], RLFNConfig())
    with pytest.raises(InvalidConfigError, match="has 2 members, but weights are given for 3"):
        check_members("a", ["one", "two", "three"], TWICE)
    with pytest.raises(InvalidConfigError, match="members are those of the architecture fusion"):
        check_members("a", ["one", "two"], RLFNConfig())


def test_frozen_layers_are_those_named() -> None:
    network = RLFN(RLFNConfig(width=8, blocks=2))
    freeze(network, ["head", "blocks.1"])
    frozen = {name.rsplit(".", 1)[0] for name, each in network.named_parameters() if not each.requires_grad}
    assert "head" in frozen
    assert all(name == "head" or name.startswith("blocks.1.") for name in frozen)
    freeze(network, [])
    assert network.tail.weight.requires_grad
