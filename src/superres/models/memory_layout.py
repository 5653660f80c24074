"""How a network's numbers lie in memory."""

from __future__ import annotations

import torch
from torch import nn


def channels_last(network: nn.Module) -> nn.Module:
    """Lay kernels out as images with their channels last are, which processors convolve faster.

    PyTorch's own way refuses a network that has a kernel of three dimensions, such as HAN; those have no such form.

    Args:
        network: Changed in place.

    Returns:
        The same network.
    """
    for tensor in (*network.parameters(), *network.buffers()):
        if tensor.ndim == 4:
            tensor.data = tensor.data.contiguous(memory_format=torch.channels_last)
    return network
