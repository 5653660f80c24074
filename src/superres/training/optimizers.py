"""Optimisers by the names that recipes use, and what is done to gradients before they step.

Sources: Muon, Jordan et al. 2024, with the step sizes of arXiv:2502.16982 (section 2.2), so that rates of Adam fit;
SOAP, Vyas et al., arXiv:2409.11321.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from pytorch_optimizer import SOAP, Muon
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.optim import SGD, Adam, AdamW, Optimizer

from superres.training.stage import Stage

_Group = dict[str, Any]
_ADAPTIVE = {"adam": Adam, "adamw": AdamW, "soap": SOAP}

_FACTOR = "rate_factor"
"""Where a group of parameters keeps its own."""


def optimizer(stage: Stage, network: nn.Module) -> Optimizer:
    """The optimiser of a stage, over all parameters of the network."""
    resampling = stage.resampling
    factors = stage.rate_factors if resampling is None else {"resampler": resampling.rate_factor}
    groups, rate, decay = _groups(factors, network), stage.learning_rate, stage.weight_decay
    if stage.optimizer == "sgd":
        return SGD(groups, lr=rate, momentum=stage.momentum, weight_decay=decay)
    if stage.optimizer == "muon":
        return Muon(_with_matrices_apart(groups, stage, network))
    kind = _ADAPTIVE[stage.optimizer]
    return kind(groups, lr=rate, betas=stage.betas, weight_decay=decay)


def _groups(factors: Mapping[str, float], network: nn.Module) -> list[_Group]:
    """One group for each layer that has a factor, and one for all else."""
    groups: dict[str, list[nn.Parameter]] = {layer: [] for layer in ("", *factors)}
    for name, parameter in network.named_parameters():
        groups[_layer_of(name, factors)].append(parameter)
    return [{"params": own, _FACTOR: factors.get(layer, 1.0)} for layer, own in groups.items() if own]


def _with_matrices_apart(groups: Iterable[_Group], stage: Stage, network: nn.Module) -> list[_Group]:
    """The same groups for Muon, each as its matrices and the rest, which goes by Adam; steps are of Adam's size."""
    grouped = {layer.weight for layer in network.modules() if isinstance(layer, _ConvNd) and layer.groups > 1}
    common = {"lr": stage.learning_rate, "weight_decay": stage.weight_decay}
    matrices = {**common, "use_muon": True, "momentum": stage.momentum, "use_adjusted_lr": True}
    rest = {**common, "use_muon": False, "betas": stage.betas}
    found: list[_Group] = []
    for group in groups:
        # The rows of a grouped convolution see different inputs: it is no matrix.
        wide = [each for each in group["params"] if each not in grouped and _is_matrix(each)]
        others = [each for each in group["params"] if each in grouped or not _is_matrix(each)]
        found += [{**group, **kind, "params": own} for kind, own in ((matrices, wide), (rest, others)) if own]
    return found


def _is_matrix(parameter: Tensor) -> bool:
    return parameter.ndim >= 2 and min(parameter.shape[0], prod(parameter.shape[1:])) > 1


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
