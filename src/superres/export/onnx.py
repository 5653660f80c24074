"""Export to ONNX: dynamic sizes, the card inside, checked against PyTorch before anything is written."""

from __future__ import annotations

import json
import logging
import struct
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import onnx
import torch
from onnx import ModelProto, TensorProto
from torch import nn

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError
from superres.export.parity import check_parity
from superres.models.card import CARD_KEY, Card
from superres.models.weights import load_network
from superres.models.writing import replace_file

OPSET = 20
INPUT = "low"
"""Name of the graph's input: (batch, channels, height, width) float32 in [0, 1]."""
OUTPUT = "high"
"""Name of the graph's output: the same layout, scale times the size, not clipped."""


def export_onnx(model: str | Path, destination: Path, *, overwrite: bool = False) -> Card:
    """Write a network as one self-contained ONNX file.

    Args:
        model: Name of a shipped network, or a weights file.
        destination: The file to write, `.onnx`.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The card that the file carries.

    Raises:
        ExistingFileError: If the destination exists and may not be replaced.
        InvalidRequestError: If the card says that it cannot become a graph, and why.
        InvalidWeightsError: If the weights are damaged, or the graph does not answer as PyTorch does.
    """
    if destination.exists() and not overwrite:
        raise ExistingFileError(f"{destination} already exists; give --overwrite to replace it")
    network, card = load_network(model)
    if card.not_exportable:
        raise InvalidRequestError(f"{card.name} cannot become an ONNX graph: {card.not_exportable}")
    graph = checked_graph(network, card)
    replace_file(destination, graph.SerializeToString())
    return card


def checked_graph(network: nn.Module, card: Card) -> ModelProto:
    """The graph of a network with its card, after it has answered as PyTorch does at several sizes.

    Raises:
        InvalidWeightsError: If it does not.
    """
    graph = _trace(network, card)
    entry = graph.metadata_props.add()
    entry.key, entry.value = CARD_KEY, card.to_json()
    onnx.checker.check_model(graph)
    check_parity(network, graph.SerializeToString(), card)
    return graph


def _trace(network: nn.Module, card: Card) -> ModelProto:
    # The traced size must not equal the smallest one: a size that is special is taken for a constant.
    example = torch.rand(1, card.channels, card.minimum_size + 50, card.minimum_size + 62)
    sizes = {0: "batch", 2: "height", 3: "width"}
    registration = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = registration.level
    registration.setLevel(logging.ERROR)  # it reports that torchvision, which nothing here uses, is missing
    try:
        with warnings.catch_warnings(), torch.no_grad():  # gradients would be traced, too
            warnings.simplefilter("ignore")
            program: Any = torch.onnx.export(
                network,
                (example,),
                dynamo=True,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=(sizes,),
                opset_version=OPSET,
                verbose=False,
            )
    finally:
        registration.setLevel(level)
    return _without_traces(cast("ModelProto", program.model_proto))


def _without_traces(graph: ModelProto) -> ModelProto:
    """Drop what the exporter notes of its own doings, file paths among them."""
    for node in graph.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*graph.graph.value_info, *graph.graph.input, *graph.graph.output, *graph.graph.initializer):
        del value.metadata_props[:]
    del graph.graph.metadata_props[:]
    del graph.metadata_props[:]
    return graph


def link_to_weights(graph: ModelProto, weights: Path) -> ModelProto:
    """Let a graph refer to the tensors of a safetensors file beside it, so that the numbers exist once.

    ONNX allows external data at any offset of a file; safetensors stores plain little-endian arrays
    behind a header that says where each begins.

    Args:
        graph: Its initialisers bear the names of the tensors, or hold them in another shape under names of the
            exporter's, as the slopes of a PReLU. Changed in place.
        weights: The safetensors file, to lie in the same folder as the graph.

    Raises:
        InvalidWeightsError: If the graph lacks a tensor of the file, or has other numbers for it.
    """
    content = weights.read_bytes()
    initialisers = {tensor.name: tensor for tensor in graph.graph.initializer}
    for name, (offset, length) in _places(content).items():
        numbers = content[offset : offset + length]
        tensor = initialisers.get(name) or _holding(numbers, initialisers.values())
        if tensor is None or tensor.raw_data != numbers:
            raise InvalidWeightsError(
                f"a graph cannot refer to {weights.name}: its numbers for {name} are not those of the file"
            )
        _refer(tensor, weights.name, offset, length)
    return graph


def _holding(numbers: bytes, initialisers: Iterable[TensorProto]) -> TensorProto | None:
    return next((tensor for tensor in initialisers if tensor.raw_data == numbers), None)


def _refer(tensor: TensorProto, location: str, offset: int, length: int) -> None:
    tensor.ClearField("raw_data")
    del tensor.external_data[:]
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value


def _places(content: bytes) -> dict[str, tuple[int, int]]:
    """Offset and length [bytes] of each tensor of a safetensors file."""
    (length,) = struct.unpack_from("<Q", content)
    start = 8 + length
    header = json.loads(content[8:start])
    return {
        name: (start + facts["data_offsets"][0], facts["data_offsets"][1] - facts["data_offsets"][0])
        for name, facts in header.items()
        if name != "__metadata__"
    }
