"""A network layer by layer."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.models.cost import cost
from superres.models.layer_table import Layer, layer_table
from superres.models.listing import card_of, weightless


class Small(nn.Module):
    """A convolution that runs twice, one that never runs, and one of the network's own."""

    def __init__(self) -> None:
        super().__init__()
        self.twice = nn.Conv2d(3, 3, kernel_size=3, padding=1, bias=False)
        self.body = nn.Sequential(nn.ReLU(), nn.ModuleList())
        self.idle = nn.Linear(2, 5)
        self.own = nn.Parameter(torch.zeros(4, 3, 1, 1))

    def forward(self, low: Tensor) -> Tensor:
        features = self.body[0](self.twice(self.twice(low)))
        return functional.conv2d(features, self.own)


def test_each_layer_says_what_it_puts_out_holds_and_computes() -> None:
    pixels = 5 * 7
    assert layer_table(Small(), channels=3, height=5, width=7) == (
        Layer(name="", kind="Small", shape=(4, 5, 7), parameters=12, macs=12 * pixels, calls=1),
        Layer(name="twice", kind="Conv2d", shape=(3, 5, 7), parameters=81, macs=2 * 81 * pixels, calls=2),
        Layer(name="body.0", kind="ReLU", shape=(3, 5, 7), calls=1),
        Layer(name="idle", kind="Linear", parameters=15),
    )


def test_parameters_that_layers_share_are_counted_at_the_first() -> None:
    first, second = nn.Conv2d(3, 3, 1, bias=False), nn.Conv2d(3, 3, 1, bias=False)
    second.weight = first.weight
    layers = layer_table(nn.Sequential(first, second), channels=3, height=2, width=2)
    assert [(each.parameters, each.macs) for each in layers] == [(9, 36), (0, 36)]


@pytest.mark.parametrize("name", ["carn_m_x2", "swinir_light_x4", "rlfn_pruned_x4", "bsrn_x3", "vdsr_x2", "edsr_x4"])
def test_layers_add_up_to_the_whole_network(name: str) -> None:
    card = card_of(name)
    network = weightless(card)
    whole = cost(network, channels=card.channels, height=60, width=64)
    layers = layer_table(network, channels=card.channels, height=60, width=64)
    assert sum(each.macs for each in layers) == whole.macs
    assert sum(each.parameters for each in layers) == whole.parameters


def test_network_is_left_as_it_was() -> None:
    network = Small()
    layer_table(network, channels=3, height=5, width=7)
    assert network.twice.weight.device == torch.device("cpu")
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())


class Opaque(nn.Module):
    """Asks for a number, which shapes alone do not have."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1, bias=False)

    def forward(self, low: Tensor) -> Tensor:
        return self.layer(low + low.mean().item())


def test_network_that_must_be_run_is_counted_once() -> None:
    assert [each.macs for each in layer_table(Opaque(), channels=3, height=2, width=3) if each.calls] == [72]
