"""Exponential moving average of weights: smoother than any single step's, and better on average."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn


class WeightAverage:
    """A copy of a network that follows it slowly; running statistics are copied, not averaged.

    Early on the average is over all steps so far: the decay of step n is at most n / (n + 9).

    Args:
        network: The network to follow.
        decay: In [0, 1); 0 copies the network at each step.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.network = deepcopy(network).eval().requires_grad_(requires_grad=False)
        self._parameters = list(zip(self.network.parameters(), network.parameters(), strict=True))
        self._buffers = list(zip(self.network.buffers(), network.buffers(), strict=True))

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Follow the network after a step, counted from 0."""
        decay = min(self.decay, (step + 1) / (step + 10)) if self.decay else 0.0
        averaged: list[Tensor] = [pair[0] for pair in self._parameters]
        current: list[Tensor] = [pair[1].detach() for pair in self._parameters]
        # One fused call for all tensors; PyTorch's stubs do not list it.
        torch._foreach_lerp_(averaged, current, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]
        for copy, statistic in self._buffers:
            copy.copy_(statistic)
