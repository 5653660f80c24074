"""Graphs that compute in 8 bit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino
import pytest
import torch
from onnx import ModelProto, helper, numpy_helper
from torch import nn

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError
from superres.export import eight_bit
from superres.export.eight_bit import export_eight_bit, in_eight_bit
from superres.models.card import PRECISION_KEY, Card
from superres.models.weights import write_weights

Tiny = tuple[nn.Module, Card]
RANGES = {"blocks.0.second": (-0.2, 0.5), "tail": (-1.0, 1.0)}


@pytest.fixture
def weights(tiny: Tiny, tmp_path: Path) -> Path:
    """A file of a network that has learned 8 bit in two layers."""
    write_weights(tmp_path / "tiny_x2.safetensors", tiny[0].state_dict(), replace(tiny[1], ranges=RANGES))
    return tmp_path / "tiny_x2.safetensors"


def one_convolution() -> ModelProto:
    """A graph of a single 1×1 convolution called `layer`."""
    values = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 2, 1, 3]) for name in ("low", "high")]
    weight = numpy_helper.from_array(
        np.array([[2.54, -1.0], [0.01, -1.27]], np.float32)[..., None, None], "layer.weight"
    )
    bias = numpy_helper.from_array(np.array([0.5, 0.0], np.float32), "layer.bias")
    node = helper.make_node("Conv", ["low", "layer.weight", "layer.bias"], ["high"])
    graph = helper.make_graph([node], "one", values[:1], values[1:], [weight, bias])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def test_convolution_is_computed_with_rounded_values_and_weights() -> None:
    """By hand: values at steps of 5 / 255 from -1 to 4, weights at steps of 0.02 and 0.01.

    No two products add up to more than 16 bits hold, where processors without VNNI stop.
    """
    graph = in_eight_bit(one_convolution(), {"layer": (-1.0, 4.0)})
    core: Any = openvino.Core()
    run = core.compile_model(core.read_model(graph.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    low = np.array([[0.03, 1.0, 9.0], [-5.0, 0.0, 1.0]], np.float32).reshape(1, 2, 1, 3)
    seen = np.array([[2 / 51, 1.0, 4.0], [-1.0, 0.0, 1.0]])
    weight = np.array([[2.54, -1.0], [0.01, -1.27]])
    expected = weight @ seen + np.array([[0.5], [0.0]])
    np.testing.assert_allclose(run(low)[0].reshape(2, 3), expected, atol=1e-4)


def test_weights_are_stored_in_8_bit_and_the_rest_stays(weights: Path, tmp_path: Path) -> None:
    export_eight_bit(weights, tmp_path / "tiny.onnx")
    graph = onnx.load(tmp_path / "tiny.onnx")
    stored = {tensor.name: tensor.data_type for tensor in graph.graph.initializer}
    assert stored["tail.weight_levels"] == onnx.TensorProto.INT8
    assert "tail.weight" not in stored
    assert stored["blocks.0.first.weight"] == onnx.TensorProto.FLOAT
    told = {entry.key: entry.value for entry in graph.metadata_props}
    assert told[PRECISION_KEY] == "int8"
    assert Card.from_json(told["superres.card"]).ranges == RANGES


@torch.no_grad()
def test_graph_answers_nearly_as_the_network(weights: Path, tiny: Tiny, tmp_path: Path) -> None:
    export_eight_bit(weights, tmp_path / "tiny.onnx")
    core: Any = openvino.Core()
    run = core.compile_model(core.read_model(tmp_path / "tiny.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    image = torch.rand(1, 3, 31, 40)
    difference = run(image.numpy())[0] - tiny[0](image).numpy()
    assert 0 < np.abs(difference).max() < 0.05


def test_network_that_has_not_learned_8_bit_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    write_weights(tmp_path / "tiny_x2.safetensors", tiny[0].state_dict(), tiny[1])
    with pytest.raises(InvalidRequestError, match=r"has not learned to compute in 8 bit; a stage with a table"):
        export_eight_bit(tmp_path / "tiny_x2.safetensors", tmp_path / "tiny.onnx")


def test_existing_file_is_kept(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes(b"mine")
    with pytest.raises(ExistingFileError):
        export_eight_bit(weights, tmp_path / "tiny.onnx")
    assert (tmp_path / "tiny.onnx").read_bytes() == b"mine"


def test_layer_that_the_graph_lacks_is_refused() -> None:
    with pytest.raises(InvalidWeightsError, match="the graph has no convolution other, which is to be 8 bit"):
        in_eight_bit(one_convolution(), {"other": (-1.0, 4.0)})


def test_graph_that_answers_otherwise_than_training_is_refused(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = eight_bit.in_eight_bit
    monkeypatch.setattr(eight_bit, "in_eight_bit", lambda graph, ranges: real(graph, {**ranges, "tail": (0.0, 0.001)}))
    with pytest.raises(InvalidWeightsError, match="dB away from what training took for 8 bit"):
        export_eight_bit(weights, tmp_path / "tiny.onnx")
    assert not (tmp_path / "tiny.onnx").exists()
