"""Networks of several scales that share what they can."""

from pathlib import Path

import pytest
import torch
from torch import nn

from superres.errors import InvalidConfigError
from superres.models import carn, drcn, vdsr
from superres.models.card import Card
from superres.models.weights import write_weights
from superres.training.ema import WeightAverage
from superres.training.strategies.joint_scales import JointScales, card_at, check_joint, name_at

CARN = carn.CARNConfig(scale=4, width=4)
CARN_CARD = carn.ARCHITECTURE.card("mine_x4", CARN).with_training(
    trained_on=("a",), recipe="mine.toml", steps=3, licence="MIT"
)
VDSR = vdsr.VDSRConfig(scale=2, width=4, depth=3)


def joint() -> JointScales:
    torch.manual_seed(0)
    return JointScales(carn.CARN(CARN), CARN_CARD, (2, 3, 4))


def parameters(network: nn.Module) -> int:
    return sum(tensor.numel() for tensor in network.parameters())


def test_trunk_is_there_once_and_each_scale_has_its_enlargement() -> None:
    """CARN's enlargements: two of 4·4·(4+0)·9 with bias at ×4, one at ×2, one with 9 instead of 4 at ×3."""
    convolution = {factor: 4 * 4 * factor**2 * 9 + 4 * factor**2 for factor in (2, 3)}
    assert parameters(joint()) == parameters(carn.CARN(CARN)) + convolution[3]
    networks = [joint().at(scale) for scale in (2, 3, 4)]
    assert [network(torch.rand(1, 3, 6, 5)).shape[2:] for network in networks] == [(12, 10), (18, 15), (24, 20)]


def test_vdsr_is_one_set_of_weights_for_every_scale() -> None:
    card = vdsr.ARCHITECTURE.card("mine_x2", VDSR)
    network = JointScales(vdsr.VDSR(VDSR), card, (2, 3, 4))
    assert parameters(network) == parameters(vdsr.VDSR(VDSR))
    low = torch.rand(1, 1, 8, 8)
    assert torch.equal(network(low), network.network(low))
    assert torch.equal(network(low, 3.0), network.at(3)(low))
    assert network(low, 3.0).shape == (1, 1, 24, 24)


def test_step_at_one_scale_moves_the_trunk_of_all_and_no_other_enlargement() -> None:
    network = joint()
    before = {scale: {k: v.clone() for k, v in network.at(scale).state_dict().items()} for scale in (3, 4)}
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.rand(1, 3, 6, 6), 3.0).mean().backward()
    optimizer.step()
    moved = {
        scale: {name for name, tensor in network.at(scale).state_dict().items() if not torch.equal(tensor, old[name])}
        for scale, old in before.items()
    }
    assert any(name.startswith("upsample") for name in moved[3])
    assert not any(name.startswith("upsample") for name in moved[4])
    assert "head.weight" in moved[3]
    assert "head.weight" in moved[4]


def test_average_follows_with_its_tensors_shared_too() -> None:
    network = joint()
    average = WeightAverage(network, 0.5)
    copy = average.network
    assert isinstance(copy, JointScales)
    assert parameters(copy) == parameters(network)
    assert copy.at(2).get_parameter("head.weight") is copy.network.get_parameter("head.weight")


def test_card_at_another_scale_says_where_its_weights_come_from() -> None:
    card = card_at(CARN_CARD, 3)
    assert (card.name, card.scale, card.config["scale"], card.config["width"]) == ("mine_x3", 3, 3, 4)
    assert (card.trained_on, card.recipe, card.steps, card.licence) == (("a",), "mine.toml", 3, "MIT")
    assert name_at("mine_x4", 4, 2) == "mine_x2"


def test_others_begin_where_an_earlier_stage_left_them(tmp_path: Path) -> None:
    earlier, network = joint(), joint()
    enlargement = earlier.at(3).get_parameter("upsample.0.convolution.weight")
    nn.init.ones_(enlargement)
    nn.init.ones_(earlier.network.get_parameter("head.weight"))
    write_weights(tmp_path / "x3.safetensors", earlier.at(3).state_dict(), card_at(CARN_CARD, 3))
    head = network.network.get_parameter("head.weight").clone()
    network.start({3: tmp_path / "x3.safetensors", 2: tmp_path / "none.safetensors"})
    assert torch.equal(network.at(3).get_parameter("upsample.0.convolution.weight"), enlargement)
    assert torch.equal(network.network.get_parameter("head.weight"), head), "the trunk is the own network's"


@pytest.mark.parametrize(
    ("card", "scales", "sentence"),
    [
        (CARN_CARD, (2, 3), "scales are ×2, ×3, but the network's own, ×4, is not among them"),
        (CARN_CARD, (4, 5), "scales are ×4, ×5, but carn cannot be built for ×5"),
        (carn.ARCHITECTURE.card("mine", CARN), (2, 3, 4), "must end in _x4, so that those of ×2, ×3, ×4 have theirs"),
    ],
)
def test_scales_that_cannot_be_trained_together_are_refused(card: Card, scales: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        check_joint(scales, carn.ARCHITECTURE, card, carn.CARN(CARN))


def test_network_of_many_answers_is_refused() -> None:
    config = drcn.DRCNConfig(scale=2)
    card = drcn.ARCHITECTURE.card("mine_x2", config)
    with pytest.raises(InvalidConfigError, match="for networks of one answer"):
        check_joint((2, 3), drcn.ARCHITECTURE, card, drcn.DRCN(config))
