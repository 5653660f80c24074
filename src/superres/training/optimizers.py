"""Optimisers by the names that recipes use."""

from __future__ import annotations

from torch import nn
from torch.optim import Adam, Optimizer

from superres.training.recipe import Stage


def optimizer(stage: Stage, network: nn.Module) -> Optimizer:
    """The optimiser of a stage, over all parameters of the network."""
    return Adam(network.parameters(), lr=stage.learning_rate, betas=stage.betas)


def set_learning_rate(optimiser: Optimizer, rate: float) -> None:
    """Give every group of parameters this learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate
