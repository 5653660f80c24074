"""Export to int8: an ONNX graph whose chosen convolutions compute in 8 bit, as their network has learned to.

What such a convolution reads is quantised to uint8 and its weights are stored as int8, by ONNX's operators
QuantizeLinear and DequantizeLinear, which OpenVINO and ONNX Runtime turn into 8-bit arithmetic. All other layers stay
as they are, and compute in the engine's other precision.

Source: Jacob et al., arXiv:1712.05877, section 2; and the ONNX operators' own documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper, numpy_helper
from torch import nn

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError
from superres.export.onnx import checked_graph
from superres.export.parity import compiled
from superres.layers.quantization import LARGEST, LEVELS, QuantizedConvolution
from superres.models.card import PRECISION_KEY, Card
from superres.models.weights import load_network
from superres.models.writing import replace_file

LEAST = 45.0
"""PSNR [dB] at least between the graph and what training took for 8 bit; rounding ties and the order of sums give more
than 60."""

Range = tuple[float, float]


def export_eight_bit(model: str | Path, destination: Path, *, overwrite: bool = False) -> Card:
    """Write a network that has learned to compute in 8 bit as one self-contained ONNX file.

    Args:
        model: A weights file whose card has ranges.
        destination: The file to write, `.onnx`.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The card that the file carries.

    Raises:
        ExistingFileError: If the destination exists and may not be replaced.
        InvalidRequestError: If the network has not learned 8 bit.
        InvalidWeightsError: If the weights are damaged, or the graph answers otherwise than training did.
    """
    if destination.exists() and not overwrite:
        raise ExistingFileError(f"{destination} already exists; give --overwrite to replace it")
    network, card = load_network(model)
    replace_file(destination, checked_eight_bit(network, card).SerializeToString())
    return card


def checked_eight_bit(network: nn.Module, card: Card) -> ModelProto:
    """The graph of a network in 8 bit, after it has answered as the network in training does.

    Raises:
        InvalidRequestError: If the card has no ranges.
        InvalidWeightsError: If it does not.
    """
    if not card.ranges:
        raise InvalidRequestError(
            f"{card.name} has not learned to compute in 8 bit; a stage with a table [stages.quantization] teaches it"
        )
    graph = in_eight_bit(checked_graph(network, card), card.ranges)
    _check(network, graph, card)
    return graph


def in_eight_bit(graph: ModelProto, ranges: Mapping[str, Range]) -> ModelProto:
    """Let convolutions of a graph compute in 8 bit.

    Args:
        graph: Changed in place; its initialisers bear the names of the tensors.
        ranges: The layers, and the ends of what each sees.

    Raises:
        InvalidWeightsError: If a layer is not there.
    """
    weights = {f"{layer}.weight": layer for layer in ranges}
    numbers = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    nodes: list[NodeProto] = []
    for node in graph.graph.node:
        layer = weights.pop(node.input[1], None) if node.op_type == "Conv" else None
        if layer is not None:
            parts = _Parts(layer, ranges[layer], numbers[node.input[1]])
            nodes.extend(parts.nodes(node.input[0]))
            graph.graph.initializer.extend(parts.numbers())
            node.input[0], node.input[1] = parts.seen, parts.weight
        nodes.append(node)
    if weights:
        raise InvalidWeightsError(f"the graph has no convolution {', '.join(weights.values())}, which is to be 8 bit")
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    _drop_unused(graph)
    entry = graph.metadata_props.add()
    entry.key, entry.value = PRECISION_KEY, "int8"
    onnx.checker.check_model(graph)
    return graph


class _Parts:
    """What stands before a convolution in 8 bit."""

    def __init__(self, layer: str, ends: Range, weight: NDArray[np.float32]) -> None:
        self._layer = layer
        low, high = ends
        step = np.float32(max(high - low, 1e-6) / LEVELS)
        self._step, self._zero = step, np.uint8(np.clip(np.rint(-low / step), 0, LEVELS))
        largest = np.abs(weight).max(axis=tuple(range(1, weight.ndim)))
        self._steps = np.maximum(largest / LARGEST, 1e-8).astype(np.float32)
        shaped = self._steps.reshape(-1, *[1] * (weight.ndim - 1))
        self._weight = np.clip(np.rint(weight / shaped), -LARGEST, LARGEST).astype(np.int8)

    @property
    def seen(self) -> str:
        """What the convolution reads."""
        return f"{self._layer}.seen"

    @property
    def weight(self) -> str:
        """Its weights."""
        return f"{self._layer}.weight_of_8_bit"

    def nodes(self, features: str) -> Iterable[NodeProto]:
        """Quantisation of what it reads, and the weights' way back."""
        name = self._layer
        ends = [f"{name}.step", f"{name}.zero"]
        yield helper.make_node("QuantizeLinear", [features, *ends], [f"{name}.levels"])
        yield helper.make_node("DequantizeLinear", [f"{name}.levels", *ends], [self.seen])
        steps = [f"{name}.weight_steps", f"{name}.weight_zeros"]
        yield helper.make_node("DequantizeLinear", [f"{name}.weight_levels", *steps], [self.weight], axis=0)

    def numbers(self) -> Iterable[onnx.TensorProto]:
        """All constants of these nodes."""
        named = {
            "step": self._step,
            "zero": self._zero,
            "weight_levels": self._weight,
            "weight_steps": self._steps,
            "weight_zeros": np.zeros(len(self._steps), np.int8),
        }
        for name, array in named.items():
            yield numpy_helper.from_array(np.asarray(array), f"{self._layer}.{name}")


def _drop_unused(graph: ModelProto) -> None:
    used = {name for node in graph.graph.node for name in node.input}
    kept = [tensor for tensor in graph.graph.initializer if tensor.name in used]
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)


@torch.no_grad()
def _check(network: nn.Module, graph: ModelProto, card: Card) -> None:
    """Compare a graph with the same layers in PyTorch's rounding, on smooth noise."""
    simulated = _simulated(network, card.ranges)
    run = compiled(graph.SerializeToString())
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, card.channels, 12, 14, generator=generator)
    image = nn.functional.interpolate(coarse, size=(96, 112), mode="bicubic").clamp(0, 1)
    difference = simulated(image).numpy() - run(image.numpy())
    decibels = -10 * np.log10(np.square(difference).mean() + 1e-12)
    if not decibels >= LEAST:
        raise InvalidWeightsError(
            f"the graph of {card.name} in 8 bit is {decibels:.1f} dB away from what training took for 8 bit, "
            f"less than {LEAST:g}; nothing was written"
        )


def _simulated(network: nn.Module, ranges: Mapping[str, Range]) -> nn.Module:
    """The network as training computes it."""
    result = deepcopy(network).eval()
    for name, (low, high) in ranges.items():
        parent, _, last = name.rpartition(".")
        convolution = result.get_submodule(name)
        if isinstance(convolution, nn.Conv2d):
            quantized = QuantizedConvolution(convolution).eval()
            quantized.low.fill_(low)
            quantized.high.fill_(high)
            setattr(result.get_submodule(parent), last, quantized)
    return result
