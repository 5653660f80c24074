"""Networks that learn to compute in 8 bit."""

from pathlib import Path

import pytest
import torch
from samples.recipes import recipe, stage

from superres.errors import InvalidConfigError, UnknownNameError
from superres.layers.quantization import QuantizedConvolution
from superres.models.rlfn import RLFN, RLFNConfig
from superres.models.weights import load_network, read_weights
from superres.training.run import train
from superres.training.strategies.quantization import Quantized, chosen_layers

CONFIG = RLFNConfig(scale=2, width=4, blocks=2, attention_width=4)
SETTINGS = '[stages.quantization]\nlayers = ["first", "tail"]\n'


def network() -> RLFN:
    torch.manual_seed(0)
    return RLFN(CONFIG)


def test_layers_are_named_wholly_or_by_their_last_part() -> None:
    assert chosen_layers(network(), ["first", "tail"]) == ["blocks.0.first", "blocks.1.first", "tail"]
    assert chosen_layers(network(), ["blocks.1.first", "first"]) == ["blocks.1.first", "blocks.0.first"]


def test_unknown_layers_and_those_that_are_no_convolution_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="no layer of the network is called 'frist'"):
        chosen_layers(network(), ["frist"])
    with pytest.raises(InvalidConfigError, match="upsample are no plain convolutions"):
        chosen_layers(network(), ["upsample"])
    branched = RLFN(RLFNConfig(scale=2, width=4, blocks=1, attention_width=4, form="branched"))
    with pytest.raises(InvalidConfigError, match="branches are merged first"):
        chosen_layers(branched, ["first"])


def test_plain_weights_are_those_that_the_network_had() -> None:
    before = {name: tensor.clone() for name, tensor in network().state_dict().items()}
    quantized = Quantized(network(), ["first", "tail"])
    after = quantized.plain_weights()
    assert set(after) == set(before)
    assert all(torch.equal(before[name], tensor) for name, tensor in after.items())
    assert isinstance(quantized.network.get_submodule("blocks.0.first"), QuantizedConvolution)


def test_ranges_are_what_each_layer_sees() -> None:
    quantized = Quantized(network(), ["first"])
    quantized(torch.rand(2, 3, 24, 24))
    ranges = quantized.ranges()
    assert set(ranges) == {"blocks.0.first", "blocks.1.first"}
    assert all(low <= 0 <= high for low, high in ranges.values())
    assert any(low < 0 < high for low, high in ranges.values())


def test_stage_leaves_plain_weights_and_the_ends_on_their_card(tmp_path: Path) -> None:
    stages = stage(steps=4), stage("eight-bit", "first", steps=6) + SETTINGS
    result = train(recipe(tmp_path, *stages), output=tmp_path / "run")
    tensors, card = read_weights(result.weights)
    assert set(card.ranges) == {"blocks.0.first", "tail"}
    assert "blocks.0.first.weight" in tensors
    assert not any("convolution.weight" in name and name.startswith("blocks") for name in tensors)
    load_network(result.weights)
    _, before = read_weights(tmp_path / "run" / "stages" / "first.safetensors")
    assert before.ranges == {}


def test_eight_bit_goes_without_other_companions(tmp_path: Path) -> None:
    text = stage() + SETTINGS + "[stages.classification]\nweight = 0.5\n"
    with pytest.raises(InvalidConfigError, match="go without each other"):
        train(recipe(tmp_path, text), output=tmp_path / "run")
    with pytest.raises(InvalidConfigError, match="name the layers"):
        train(recipe(tmp_path / "b", stage() + "[stages.quantization]\nlayers = []\n"), output=tmp_path / "run")
