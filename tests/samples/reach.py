"""How far a network sees."""

from __future__ import annotations

import torch
from torch import nn


def reach(network: nn.Module, margin: int) -> int:
    """The distance of the furthest input pixel that one output pixel in the middle depends on.

    All kernels of the network are set to one positive number, so that nothing that is connected cancels out; in double
    precision, so that fifty of them in a row do not vanish.

    Args:
        network: Of one channel. It is changed.
        margin: Input pixels to each side that are enough, and a few more.
    """
    network.double()
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.constant_(layer.weight, 1 / layer.weight[0].numel())
    middle = margin + 3
    low = torch.ones(1, 1, 1, 2 * middle + 1, dtype=torch.float64).expand(-1, -1, 7, -1).clone().requires_grad_()
    output = network(low)
    scale = output.shape[-1] // low.shape[-1]
    output[0, 0, 3 * scale, scale * middle].backward()
    assert low.grad is not None
    seen = low.grad[0, 0].abs().sum(dim=0).nonzero().flatten()
    return int((seen - middle).abs().max())
