"""Soft filter pruning: the weakest filters are silenced again and again while training goes on, and at last removed.

Source: He et al., "Soft Filter Pruning for Accelerating Deep Convolutional Neural Networks", IJCAI 2018
(arXiv:1808.06866, section 3.2): after each epoch the filters of least L2 norm are set to zero; they may recover, and
others fall. RLFN's entry to the NTIRE 2022 challenge was pruned so from 48 channels to 46, and then fine-tuned
(arXiv:2205.07514).

Two settings of an RLFN can be pruned. `block_width`, the channels inside its blocks, convolution by convolution.
`width`, the channels between blocks: all blocks add to the same features, so that a channel is the filters of all
layers that write to it, and falls or stays as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import torch
from pydantic import ConfigDict
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.models.architecture import StateDict
from superres.models.rlfn import RLFN, RLFNConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruning:
    """What a stage makes narrower. One of the two widths is given."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    width: int = 0
    """Channels between blocks that stay; 0 where they all do."""
    block_width: int = 0
    """Channels inside blocks that stay; 0 where they all do."""
    every: int
    """Steps after which the weakest filters are silenced."""

    def __post_init__(self) -> None:
        if (self.width > 0) == (self.block_width > 0) or min(self.width, self.block_width) < 0:
            raise InvalidConfigError("pruning: give the width or the block_width that stays, at least 1, and only one")
        if self.every < 1:
            raise InvalidConfigError(f"pruning: every must be at least 1 step, got {self.every}")

    def of(self, config: Any) -> RLFNConfig:
        """The configuration of the pruned network.

        Raises:
            InvalidConfigError: If the network cannot be pruned, or is as narrow already.
        """
        if not isinstance(config, RLFNConfig) or config.block != "local" or config.form != "merged":
            raise InvalidConfigError("pruning: only an RLFN of the block called local, without branches, can be pruned")
        name, before, after = (
            ("width", config.width, self.width) if self.width else ("block_width", config.inner_width, self.block_width)
        )
        if after >= before:
            raise InvalidConfigError(f"pruning: {name} is to become {after}, but is {before} already")
        if self.width:
            return replace(config, width=after, block_width=config.inner_width)
        return replace(config, block_width=after)


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Layers whose filters of one number stand or fall together; by their names in the network."""

    writers: tuple[str, ...]
    """Their filters, weights and bias, are what is measured and silenced."""
    readers: tuple[str, ...]
    """They read what the filters give."""
    gates: tuple[str, ...] = ()
    """They weigh what the filters give: nothing, where a filter is silent."""


def filter_groups(config: RLFNConfig, pruning: Pruning) -> tuple[FilterGroup, ...]:
    """What can be removed from an RLFN without a trace once it is silent."""
    blocks = [f"blocks.{index}" for index in range(config.blocks)]
    if pruning.block_width:
        return tuple(
            FilterGroup((f"{block}.{writer}",), (f"{block}.{reader}",))
            for block in blocks
            for writer, reader in (("first", "second"), ("second", "third"))
        )
    writers = ("head", *(f"{block}.{layer}" for block in blocks for layer in ("third", "fuse")), "tail")
    inner = (f"{block}.{layer}" for block in blocks for layer in ("first", "fuse", "attention.reduce"))
    readers = (*inner, "tail", "upsample.convolution")
    return (FilterGroup(writers, readers, tuple(f"{block}.attention.expand" for block in blocks)),)


def weakest(tensors: StateDict, group: FilterGroup, staying: int) -> Tensor:
    """Numbers of the filters of least L2 norm, over all layers of the group, so that `staying` are left."""
    squares: Tensor = sum((_norms(tensors[f"{layer}.weight"]) for layer in group.writers), start=torch.zeros(()))
    return squares.argsort(stable=True)[: len(squares) - staying]


def _norms(weights: Tensor) -> Tensor:
    return weights.detach().double().flatten(1).square().sum(dim=1).cpu()


@torch.no_grad()
def silence(network: nn.Module, pruning: Pruning) -> None:
    """Set the weakest filters to zero, in place; training may wake them again."""
    tensors = network.state_dict()
    staying = pruning.width or pruning.block_width
    for group in filter_groups(_config(network), pruning):
        fallen = weakest(tensors, group, staying).to(tensors[f"{group.writers[0]}.weight"].device)
        for layer in group.writers:
            tensors[f"{layer}.weight"][fallen] = 0
            tensors[f"{layer}.bias"][fallen] = 0


def pruned(network: nn.Module, pruning: Pruning) -> RLFN:
    """A network without the weakest filters, equal to the one in which they are silenced.

    Args:
        network: An RLFN; stays as it is.
        pruning: What stays.
    """
    config = _config(network)
    tensors = {name: tensor.detach() for name, tensor in network.state_dict().items()}
    staying = pruning.width or pruning.block_width
    # All are chosen before any is removed: what a layer reads no longer counts in the norms of its own filters.
    chosen = [(group, _kept(tensors, group, staying)) for group in filter_groups(config, pruning)]
    for group, kept in chosen:
        _narrow(tensors, (*group.writers, *group.gates), kept, rows=True)
        _narrow(tensors, group.readers, kept, rows=False)
    narrow = RLFN(pruning.of(config))
    narrow.load_state_dict(tensors)
    return narrow.to(next(network.parameters()).device).train(network.training)


def _config(network: nn.Module) -> RLFNConfig:
    if not isinstance(network, RLFN):
        raise InvalidConfigError(f"pruning: only an RLFN can be pruned, got a {type(network).__name__}")
    return network.config


def _kept(tensors: StateDict, group: FilterGroup, staying: int) -> Tensor:
    count = len(tensors[f"{group.writers[0]}.weight"])
    is_kept = torch.ones(count, dtype=torch.bool)
    is_kept[weakest(tensors, group, staying)] = False
    return is_kept


def _narrow(tensors: dict[str, Tensor], layers: Iterable[str], kept: Tensor, *, rows: bool) -> None:
    """Leave out filters of layers, or what layers read."""
    for layer in layers:
        weight, bias = f"{layer}.weight", f"{layer}.bias"
        chosen = kept.to(tensors[weight].device)
        tensors[weight] = tensors[weight][chosen] if rows else tensors[weight][:, chosen]
        if rows:
            tensors[bias] = tensors[bias][chosen]
