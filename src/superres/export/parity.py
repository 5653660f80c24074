"""Parity: an exported graph must answer as PyTorch does, at sizes that it was not traced with."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino
import torch
from torch import nn

from superres.errors import InvalidWeightsError
from superres.models.card import Card

TOLERANCE = 1e-4
"""Largest difference allowed, with values in [0, 1]; float32 rounding gives about 1e-6."""


def check_parity(network: nn.Module, graph: bytes, card: Card) -> float:
    """Compare a graph with its network at the smallest, odd, wide and tall sizes.

    Args:
        network: In evaluation mode.
        graph: A serialised ONNX model with its weights inside.
        card: Of the network.

    Returns:
        The largest difference found.

    Raises:
        InvalidWeightsError: If it exceeds the tolerance.
    """
    compiled = _compile(graph)
    least = card.minimum_size
    worst = max(_difference(network, compiled, card, *size) for size in _sizes(least))
    if not worst <= TOLERANCE:
        raise InvalidWeightsError(
            f"the exported graph of {card.name} differs from PyTorch by {worst:.2g}, more than {TOLERANCE:g}; nothing was written"
        )
    return worst


def _sizes(least: int) -> tuple[tuple[int, int], ...]:
    return (least, least), (least + 1, least + 22), (least + 57, least + 2), (least + 86, least + 71)


def _compile(graph: bytes) -> Any:
    core: Any = openvino.Core()
    return core.compile_model(core.read_model(graph), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


@torch.no_grad()
def _difference(network: nn.Module, compiled: Any, card: Card, height: int, width: int) -> float:
    image = torch.rand(1, card.channels, height, width, generator=torch.Generator().manual_seed(height))
    expected = network(image).numpy()
    return float(np.abs(compiled(image.numpy())[0] - expected).max())
