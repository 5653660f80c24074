"""Averages of weights."""

import pytest
import torch
from torch import nn

from superres.training.ema import WeightAverage


def scalar(value: float) -> nn.Linear:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, value)
    return network


def value(average: WeightAverage) -> float:
    return next(average.network.parameters()).item()


def test_average_moves_by_what_the_decay_leaves() -> None:
    network = scalar(0.0)
    average = WeightAverage(network, 0.9)
    nn.init.constant_(network.weight, 1.0)
    average.update(step=10_000)
    assert value(average) == pytest.approx(0.1)


def test_first_steps_are_averaged_over_fewer() -> None:
    network = scalar(0.0)
    average = WeightAverage(network, 0.999)
    nn.init.constant_(network.weight, 1.0)
    average.update(step=0)
    assert value(average) == pytest.approx(0.9)


def test_no_decay_follows_at_once() -> None:
    network = scalar(0.0)
    average = WeightAverage(network, 0.0)
    nn.init.constant_(network.weight, 1.0)
    average.update(step=0)
    assert value(average) == 1.0


def test_average_takes_no_gradients() -> None:
    assert not any(parameter.requires_grad for parameter in WeightAverage(scalar(1.0), 0.5).network.parameters())


def test_network_is_not_changed() -> None:
    network = scalar(2.0)
    WeightAverage(network, 0.5).update(step=0)
    assert torch.equal(network.weight, torch.tensor([[2.0]]))


def test_running_statistics_are_the_networks_own() -> None:
    network = nn.BatchNorm2d(2)
    average = WeightAverage(network, 0.999)
    network(torch.rand(4, 2, 3, 3) + 5)
    average.update(step=0)
    for own, copied in zip(network.buffers(), average.network.buffers(), strict=True):
        assert torch.equal(own, copied)
    assert next(average.network.buffers()).abs().sum() > 0
