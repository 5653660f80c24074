"""Optimisers."""

import tomllib
from dataclasses import replace

import pytest
from samples.recipes import HEAD, stage
from torch import nn
from torch.optim import Adam

from superres.training.optimizers import optimizer, set_learning_rate
from superres.training.recipe import parse_recipe

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
