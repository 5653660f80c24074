"""Two graphs of one structure made one: a dial between fidelity and texture, without PyTorch.

Source: ESRGAN (arXiv:1809.00219, section 3.4), network interpolation; `superres.models.blending` does the same to
weights files, and says which networks it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13

from superres.errors import InvalidWeightsError


def blend_graphs(first: openvino.Model, second: openvino.Model, share: float) -> None:
    """Move the numbers of a graph towards those of another.

    Args:
        first: Changed in place.
        second: Of the same structure: its constants have the same names and shapes.
        share: Of the second, in [0, 1]; 0 leaves the first as it is, 1 makes it the second.

    Raises:
        InvalidWeightsError: If the structures differ.
    """
    ours, theirs = _constants(first), _constants(second)
    if {name: each.data.shape for name, each in ours.items()} != {
        name: each.data.shape for name, each in theirs.items()
    }:
        raise InvalidWeightsError("only graphs of one structure can be blended; these two have other names or shapes")
    for name, constant in ours.items():
        between = opset13.constant(_between(constant.data, theirs[name].data, share))
        constant.output(0).replace(between.output(0))


def _constants(graph: openvino.Model) -> Mapping[str, Any]:
    """All floating-point constants, by their names, or by their places where the engine names them."""
    found = [each for each in graph.get_ordered_ops() if each.get_type_name() == "Constant"]
    real = [each for each in found if each.get_element_type().is_real()]
    return {_name(each, place): each for place, each in enumerate(real)}


def _name(constant: Any, place: int) -> str:
    # The engine numbers the constants that it makes itself, from graph to graph with other numbers.
    name = constant.get_friendly_name()
    return f"#{place}" if name.startswith("Constant_") else name


def _between(one: NDArray[Any], other: NDArray[Any], share: float) -> NDArray[Any]:
    if share in (0, 1):
        return np.array(other if share else one)
    return ((1 - share) * one + share * other).astype(one.dtype)
