"""A network that also says how sure it is."""

from copy import deepcopy
from pathlib import Path

import pytest
import torch
from torch import nn

from superres.errors import InvalidWeightsError, UnknownNameError
from superres.models.card import Card
from superres.models.catalogue import architecture, build_from_card
from superres.models.uncertainty import Uncertain, read_uncertain, write_uncertain
from superres.models.weights import write_weights

LOW = torch.rand(2, 3, 16, 18, generator=torch.Generator().manual_seed(0))


def small(name: str = "edsr", **config: object) -> tuple[nn.Module, Card]:
    known = architecture(name)
    torch.manual_seed(0)
    settings = known.read_config({"scale": 2, "width": 8, "blocks": 1, **config})
    card = known.card(f"tiny_{name}_x2", settings)
    return build_from_card(card), card


def test_answer_is_the_networks_own() -> None:
    network, card = small()
    assert torch.equal(Uncertain(network, card)(LOW), network(LOW))


def test_doubt_has_the_answers_shape_and_is_never_below_minus_one() -> None:
    network, card = small()
    uncertain = Uncertain(network, card)
    with torch.no_grad():
        for parameter in uncertain.head.parameters():
            parameter.mul_(100)
    answer, doubt = uncertain.with_uncertainty(LOW)
    assert answer.shape == doubt.shape == (2, 3, 32, 36)
    assert doubt.min() >= -1


def test_head_reads_what_comes_into_the_layer_enlarged_to_the_nearest_neighbour() -> None:
    network, card = small()
    uncertain = Uncertain(network, card, width=5)
    seen: list[torch.Tensor] = []
    network.get_submodule("upsample").register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    _, doubt = uncertain.with_uncertainty(LOW)
    enlarged = seen[0].repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    torch.testing.assert_close(doubt, uncertain.head(enlarged))


def test_head_is_three_convolutions_of_three_by_three() -> None:
    network, card = small()
    shapes = [tuple(layer.weight.shape) for layer in Uncertain(network, card).head if isinstance(layer, nn.Conv2d)]
    assert shapes == [(64, 8, 3, 3), (64, 64, 3, 3), (3, 64, 3, 3)]


def test_features_that_are_large_already_are_not_enlarged() -> None:
    network, card = small()
    _, doubt = Uncertain(network, card, "restore").with_uncertainty(LOW)
    assert doubt.shape == (2, 3, 32, 36)


def test_training_sees_the_answer_and_the_doubt_as_one_image() -> None:
    network, card = small()
    uncertain = Uncertain(network, card)
    ((both, weight),) = uncertain.training_answers(LOW, 0.5)
    assert weight == 1
    assert torch.equal(both, torch.cat(uncertain.with_uncertainty(LOW), dim=1))


def test_copy_reads_its_own_features() -> None:
    network, card = small()
    first = Uncertain(network, card)
    second = deepcopy(first)
    with torch.no_grad():
        for parameter in second.network.parameters():
            parameter.zero_()
    assert not torch.equal(first.with_uncertainty(LOW)[1], second.with_uncertainty(LOW)[1])
    torch.testing.assert_close(deepcopy(first).with_uncertainty(LOW)[1], first.with_uncertainty(LOW)[1])


def test_file_brings_back_the_network_and_its_head_frozen(tmp_path: Path) -> None:
    network, card = small("rlfn", attention_width=4)
    uncertain = Uncertain(network, card, width=6)
    write_uncertain(tmp_path / "sure.safetensors", uncertain, card)
    read = read_uncertain(tmp_path / "sure.safetensors")
    low = torch.rand(1, 3, 16, 16)
    for found, expected in zip(read.with_uncertainty(low), uncertain.eval().with_uncertainty(low), strict=True):
        assert torch.equal(found, expected)
    assert not any(parameter.requires_grad for parameter in read.parameters())


def test_file_without_a_head_is_refused(tmp_path: Path) -> None:
    network, card = small()
    write_weights(tmp_path / "plain.safetensors", network.state_dict(), card)
    with pytest.raises(InvalidWeightsError, match=r"plain\.safetensors holds no network that says its uncertainty"):
        read_uncertain(tmp_path / "plain.safetensors")


def test_unknown_layer_is_answered_with_the_nearest() -> None:
    network, card = small()
    with pytest.raises(UnknownNameError, match="no layer of tiny_edsr_x2 is called 'upsamle'; nearest: upsample"):
        Uncertain(network, card, "upsamle")
