"""Blocks that can begin by doing nothing, so that a trained network may have more of them than before."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import nn


@runtime_checkable
class BeginsAsIdentity(Protocol):
    """A block that takes and gives features of one shape."""

    def begin_as_identity(self) -> None:
        """Set parameters so that features pass as they are, and all of them can learn from there."""
        ...


@torch.no_grad()
def silence(*layers: nn.Conv2d) -> None:
    """Let convolutions answer zero."""
    for layer in layers:
        layer.weight.zero_()
        if layer.bias is not None:
            layer.bias.zero_()
