"""Averages of weights."""

import pytest
import torch
from torch import nn

from superres.training.ema import WeightAverage


def scalar(value: float) -> nn.Linear:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, value)
    return network


def test_average_moves_by_what_the_decay_leaves() -> None:
    network = scalar(0.0)
    average = WeightAverage(network, 0.9)
    nn.init.constant_(network.weight, 1.0)
    average.update(step=10_000)
    assert average.network.weight.item() == pytest.approx(0.1)


def test_first_steps_are_averaged_over_fewer() -> None:
    network = scalar(0.0)
    average = WeightAverage(network, 0.999)
    nn.init.constant_(network.weight, 1.0)
    average.update(step=0)
    assert average.network.weight.item() == pytest.approx(0.9)


def test_no_decay_follows_at_once() -> None:
    network = scalar(0.0)
    average = WeightAverage(network, 0.0)
    nn.init.constant_(network.weight, 1.0)
    average.update(step=0)
    assert average.network.weight.item() == 1.0


def test_average_takes_no_gradients() -> None:
    assert not any(parameter.requires_grad for parameter in WeightAverage(scalar(1.0), 0.5).network.parameters())


def test_network_is_not_changed() -> None:
    network = scalar(2.0)
    WeightAverage(network, 0.5).update(step=0)
    assert torch.equal(network.weight, torch.tensor([[2.0]]))
