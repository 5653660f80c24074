"""Optimisers by the names that recipes use, and what is done to gradients before they step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.optim import SGD, Adam, AdamW, Optimizer

from superres.training.muon import Muon
from superres.training.recipe import Stage

_FACTOR = "rate_factor"
"""Where a group of parameters keeps its own."""


def optimizer(stage: Stage, network: nn.Module) -> Optimizer:
    """The optimiser of a stage, over all parameters of the network."""
    resampling = stage.resampling
    factors = stage.rate_factors if resampling is None else {"resampler": resampling.rate_factor}
    parameters = _groups(factors, network) if factors else network.parameters()
    rate, decay = stage.learning_rate, stage.weight_decay
    if stage.optimizer == "sgd":
        made: Optimizer = SGD(parameters, lr=rate, momentum=stage.momentum, weight_decay=decay)
    elif stage.optimizer == "muon":
        without, betas = _grouped_kernels(network), stage.betas
        made = Muon(parameters, lr=rate, momentum=stage.momentum, betas=betas, weight_decay=decay, without=without)
    else:
        kind = Adam if stage.optimizer == "adam" else AdamW
        made = kind(parameters, lr=rate, betas=stage.betas, weight_decay=decay)
    return made


def _grouped_kernels(network: nn.Module) -> list[Tensor]:
    """Kernels whose rows see different inputs, so that they are no matrices."""
    return [layer.weight for layer in network.modules() if isinstance(layer, _ConvNd) and layer.groups > 1]


def _groups(factors: Mapping[str, float], network: nn.Module) -> list[dict[str, Any]]:
    """One group for each layer that has a factor, and one for all else."""
    groups: dict[str, list[nn.Parameter]] = {layer: [] for layer in ("", *factors)}
    for name, parameter in network.named_parameters():
        groups[_layer_of(name, factors)].append(parameter)
    return [{"params": own, _FACTOR: factors.get(layer, 1.0)} for layer, own in groups.items() if own]


def _layer_of(parameter: str, factors: Mapping[str, float]) -> str:
    """The layer that gives a parameter its factor, the longest name that fits; empty where none does."""
    return max((layer for layer in factors if parameter.startswith(f"{layer}.")), key=len, default="")


def set_learning_rate(optimiser: Optimizer, rate: float) -> None:
    """Give every group of parameters this learning rate, times its own factor."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get(_FACTOR, 1.0)


def clip_gradients(stage: Stage, network: nn.Module, optimiser: Optimizer) -> None:
    """What a stage says of gradients that are too large: `clip_norm`, then `clip_step`, in place."""
    if stage.clip_norm > 0:
        nn.utils.clip_grad_norm_(network.parameters(), stage.clip_norm)
    if stage.clip_step > 0:
        for group in optimiser.param_groups:
            if group["lr"] > 0:
                nn.utils.clip_grad_value_(group["params"], stage.clip_step / group["lr"])
