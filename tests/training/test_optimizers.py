"""Optimisers."""

import tomllib
from dataclasses import replace

import pytest
import torch
from samples.recipes import HEAD, stage
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from superres.training.optimizers import clip_gradients, optimizer, set_learning_rate
from superres.training.recipe import parse_recipe
from superres.training.stage import Stage

HEADING = HEAD.format(checkpoint_every=5, train="train", validation="validation")
STAGE = parse_recipe(tomllib.loads(HEADING + stage()), "test.toml").stages[0]


def test_adam_takes_the_stages_settings() -> None:
    made = optimizer(replace(STAGE, learning_rate=0.5, betas=(0.8, 0.9)), nn.Linear(2, 2))
    assert isinstance(made, Adam)
    assert (made.defaults["lr"], made.defaults["betas"], made.defaults["weight_decay"]) == (0.5, (0.8, 0.9), 0)


def test_every_parameter_is_trained() -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1, bias=False))
    held = {id(parameter) for group in optimizer(STAGE, network).param_groups for parameter in group["params"]}
    assert held == {id(parameter) for parameter in network.parameters()}


def test_learning_rate_is_set_for_every_group() -> None:
    made = Adam([{"params": nn.Linear(1, 1).parameters(), "lr": lr} for lr in (0.1, 0.2)])
    set_learning_rate(made, 0.03)
    assert [group["lr"] for group in made.param_groups] == pytest.approx([0.03, 0.03])


def two_layers() -> nn.ModuleDict:
    """Two weights, 1 and 1."""
    layers = nn.ModuleDict({name: nn.Linear(1, 1, bias=False) for name in ("body", "tail")})
    for parameter in layers.parameters():
        nn.init.ones_(parameter)
    return layers


def weights(network: nn.Module) -> list[float]:
    return [parameter.item() for parameter in network.parameters()]


def step(network: nn.Module, optimiser: Optimizer, *gradients: float) -> list[float]:
    """The weights after a step with these gradients."""
    for parameter, gradient in zip(network.parameters(), gradients, strict=True):
        parameter.grad = torch.full_like(parameter, gradient)
    optimiser.step()
    return weights(network)


DESCENT = replace(STAGE, optimizer="sgd", betas=(0.0, 0.0), learning_rate=0.1, momentum=0.5, clip_norm=0.0)


def test_descent_with_momentum_and_a_slow_layer_moves_as_computed_by_hand() -> None:
    # Velocity 2, then 0.5 · 2 + 2 = 3, at a rate of 0.1; the tail at a tenth of it.
    network, stage_of_two = two_layers(), replace(DESCENT, rate_factors={"tail": 0.1})
    made = optimizer(stage_of_two, network)
    assert isinstance(made, SGD)
    set_learning_rate(made, 0.1)
    assert step(network, made, 2.0, 2.0) == pytest.approx([1 - 0.2, 1 - 0.02])
    assert step(network, made, 2.0, 2.0) == pytest.approx([0.8 - 0.3, 0.98 - 0.03])


def test_weight_decay_of_descent_adds_to_the_gradient() -> None:
    # 1 - 0.1 · (2 + 0.5 · 1)
    network = two_layers()
    assert step(network, optimizer(replace(DESCENT, weight_decay=0.5), network), 2.0, 0.0) == pytest.approx(
        [0.75, 0.95]
    )


def test_weight_decay_of_adamw_does_not_pass_through_its_averages() -> None:
    # The first step of Adam is the rate, whatever the gradient; beside it the weight shrinks by 0.1 · 0.5 of itself.
    network = two_layers()
    made = optimizer(replace(STAGE, optimizer="adamw", learning_rate=0.1, weight_decay=0.5), network)
    assert isinstance(made, AdamW)
    assert step(network, made, 2.0, 0.001) == pytest.approx([1 - 0.05 - 0.1] * 2, abs=1e-4)


def test_longest_layer_that_fits_gives_the_factor() -> None:
    network = nn.ModuleDict({"a": two_layers(), "ab": nn.Linear(1, 1, bias=False)})
    made = optimizer(replace(DESCENT, rate_factors={"a": 0.5, "a.tail": 0.25}), network)
    set_learning_rate(made, 1.0)
    rates = {id(parameter): group["lr"] for group in made.param_groups for parameter in group["params"]}
    assert [rates[id(each)] for each in network.parameters()] == [0.5, 0.25, 1.0]


def test_every_parameter_is_trained_once_with_factors_too() -> None:
    network = nn.ModuleDict({"body": nn.Linear(2, 3), "tail": nn.Linear(3, 1)})
    groups = optimizer(replace(DESCENT, rate_factors={"tail": 0.1}), network).param_groups
    held = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(held) == sorted(id(parameter) for parameter in network.parameters())


def clipped(network: nn.Module, optimiser: Optimizer, settings: Stage, *gradients: float) -> list[Tensor | None]:
    for parameter, gradient in zip(network.parameters(), gradients, strict=True):
        parameter.grad = torch.full_like(parameter, gradient)
    clip_gradients(settings, network, optimiser)
    return [parameter.grad for parameter in network.parameters()]


def test_bound_of_gradients_grows_as_the_rate_falls() -> None:
    # VDSR: gradients are cut to ± bound / rate; with a rate of 0.1 to 0.2, with 0.01 to 2.
    network, settings = two_layers(), replace(DESCENT, clip_step=0.02)
    made = optimizer(settings, network)
    for rate, expected in ((0.1, [0.2, -0.2]), (0.01, [1.0, -2.0])):
        set_learning_rate(made, rate)
        assert clipped(network, made, settings, 1.0, -3.0) == pytest.approx(expected)


def test_rate_of_zero_cuts_nothing() -> None:
    network, settings = two_layers(), replace(DESCENT, clip_step=0.02)
    made = optimizer(settings, network)
    set_learning_rate(made, 0.0)
    assert clipped(network, made, settings, 1.0, -3.0) == pytest.approx([1.0, -3.0])
