"""Parity: an exported graph must answer as PyTorch does, at sizes that it was not traced with.

Where the two differ, one of them need not be wrong: some networks answer noise with values far beyond the image's range
and multiply float32's rounding on the way. The authors' weights of NEESR give -11 to 9, and PyTorch, OpenVINO and ONNX
Runtime are then 4e-4 to 7e-4 away from what float64 gives. So the exact answer is the judge in the end.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from torch import nn

from superres.errors import InvalidWeightsError
from superres.models.card import Card

TOLERANCE = 1e-4
"""Largest difference allowed, with values in [0, 1]; float32 rounding gives about 1e-6."""
MULTIPLE_OF_ROUNDING = 3
"""What a graph may be further than that from float64's answer, in terms of how far PyTorch's own float32 is from it."""

Shape = tuple[int, int, int, int]
Values = NDArray[np.floating[Any]]


def check_parity(network: nn.Module, graph: bytes | Path, card: Card) -> float:
    """Compare a graph with its network at the smallest, odd, wide and tall sizes, and on a batch of two.

    Args:
        network: In evaluation mode.
        graph: A serialised ONNX model with its weights inside, or a file, whose weights may lie beside it.
        card: Of the network.

    Returns:
        The largest difference found, with values in [0, 1].

    Raises:
        InvalidWeightsError: If it exceeds the tolerance, and the graph is also further from what float64 gives than
            PyTorch's own rounding explains.
    """
    return check_answers(network, compiled(graph), card, "graph")


def check_answers(network: nn.Module, exported: Callable[[Values], Values], card: Card, what: str) -> float:
    """The same for anything that answers an image (N, C, h, w) with one.

    Args:
        network: In evaluation mode.
        exported: What shall answer as it does.
        card: Of the network.
        what: For the message: `graph`.

    Returns:
        The largest difference found, with values in [0, 1].

    Raises:
        InvalidWeightsError: As `check_parity` does.
    """
    worst = 0.0
    for shape in _shapes(card.channels, card.minimum_size):
        difference, is_right = _compared(network, exported, shape)
        if not is_right:
            raise InvalidWeightsError(
                f"the exported {what} of {card.name} differs from PyTorch by {difference:.2g}, "
                f"more than {TOLERANCE:g}; nothing was written"
            )
        worst = max(worst, difference)
    return worst


def _shapes(channels: int, least: int) -> tuple[Shape, ...]:
    return (
        (1, channels, least, least),
        (2, channels, least + 1, least + 22),
        (1, channels, least + 57, least + 2),
        (1, channels, least + 86, least + 71),
    )


def compiled(graph: bytes | Path) -> Callable[[Values], Values]:
    """A graph as a function, by OpenVINO in float32 (and in 8 bit where the graph says so)."""
    core: Any = openvino.Core()
    model = core.compile_model(core.read_model(graph), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda image: model(image)[0]


@torch.no_grad()
def _compared(network: nn.Module, exported: Callable[[Values], Values], shape: Shape) -> tuple[float, bool]:
    """The largest difference for noise of a shape, and whether it may be."""
    image = torch.rand(shape, generator=torch.Generator().manual_seed(shape[2]))
    expected, answer = network(image).numpy(), exported(image.numpy())
    difference = _distance(answer, expected)
    if difference <= TOLERANCE or not np.isfinite(difference):
        return difference, difference <= TOLERANCE
    exact = deepcopy(network).double()(image.double()).numpy()
    rounding = _distance(expected, exact)
    return difference, _distance(answer, exact) <= TOLERANCE + MULTIPLE_OF_ROUNDING * rounding


def _distance(one: Values, other: Values) -> float:
    # NumPy's maximum, unlike Python's, does not overlook a value that is no number.
    return float(np.abs(one - other).max())
