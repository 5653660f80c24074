"""Supervised training: the network's answer to a low-resolution patch against the true one."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from superres.losses.catalogue import loss


class SupervisedObjective:
    """A weighted sum of losses.

    Args:
        weights: Names of losses and their weights.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._terms = [(loss(name), weight) for name, weight in weights.items()]

    def __call__(self, network: nn.Module, low: Tensor, high: Tensor) -> Tensor:
        """The value to minimise; `low` (N, C, H, W) and `high` (N, C, sH, sW) in [0, 1]; a scalar."""
        restored = network(low).float()
        return sum((weight * term(restored, high) for term, weight in self._terms), start=restored.new_zeros(()))
