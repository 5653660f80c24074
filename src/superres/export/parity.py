"""Parity: an exported graph must answer as PyTorch does, at sizes that it was not traced with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from torch import nn

from superres.errors import InvalidWeightsError
from superres.models.card import Card

TOLERANCE = 1e-4
"""Largest difference allowed, with values in [0, 1]; float32 rounding gives about 1e-6."""


def check_parity(network: nn.Module, graph: bytes | Path, card: Card) -> float:
    """Compare a graph with its network at the smallest, odd, wide and tall sizes, and on a batch of two.

    Args:
        network: In evaluation mode.
        graph: A serialised ONNX model with its weights inside, or a file, whose weights may lie beside it.
        card: Of the network.

    Returns:
        The largest difference found, with values in [0, 1].

    Raises:
        InvalidWeightsError: If it exceeds the tolerance.
    """
    compiled = _compile(graph)
    # NumPy's maximum, unlike Python's, does not overlook a value that is no number.
    differences = [_difference(network, compiled, shape) for shape in _shapes(card.channels, card.minimum_size)]
    worst = float(np.max(differences))
    if not worst <= TOLERANCE:
        raise InvalidWeightsError(
            f"the exported graph of {card.name} differs from PyTorch by {worst:.2g}, more than {TOLERANCE:g}; "
            "nothing was written"
        )
    return worst


def _shapes(channels: int, least: int) -> tuple[tuple[int, int, int, int], ...]:
    return (
        (1, channels, least, least),
        (2, channels, least + 1, least + 22),
        (1, channels, least + 57, least + 2),
        (1, channels, least + 86, least + 71),
    )


def _compile(graph: bytes | Path) -> Any:
    core: Any = openvino.Core()
    return core.compile_model(core.read_model(graph), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


@torch.no_grad()
def _difference(network: nn.Module, compiled: Any, shape: tuple[int, int, int, int]) -> float:
    image = torch.rand(shape, generator=torch.Generator().manual_seed(shape[2]))
    expected = network(image).numpy()
    return float(np.abs(compiled(image.numpy())[0] - expected).max())
