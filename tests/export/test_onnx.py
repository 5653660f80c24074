"""Export to ONNX."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino
import pytest
import torch
from onnx import ModelProto
from torch import nn

import superres
from superres.errors import ExistingFileError, InvalidWeightsError
from superres.export import onnx as exporting
from superres.export.onnx import INPUT, OUTPUT, export_onnx, link_to_weights
from superres.models.card import CARD_KEY, Card, card_in
from superres.models.weights import write_weights


@pytest.fixture
def weights(tiny: tuple[nn.Module, Card], tmp_path: Path) -> Path:
    """The network's weights file."""
    write_weights(tmp_path / "tiny_x2.safetensors", tiny[0].state_dict(), tiny[1])
    return tmp_path / "tiny_x2.safetensors"


@pytest.fixture
def untraced(traced: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared graph in place of a new one."""

    def shared(network: nn.Module, card: Card) -> ModelProto:
        return exporting._without_traces(ModelProto.FromString(traced))

    monkeypatch.setattr(exporting, "_trace", shared)


def answer(graph: bytes | Path, image: torch.Tensor) -> torch.Tensor:
    """OpenVINO's, in float32."""
    core: Any = openvino.Core()
    compiled = core.compile_model(core.read_model(graph), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return torch.from_numpy(np.array(compiled(image.numpy())[0]))


@pytest.mark.parametrize("size", [(15, 15), (16, 31), (70, 33)])
@torch.no_grad()
def test_graph_answers_as_pytorch_at_other_sizes(
    tiny: tuple[nn.Module, Card], traced: bytes, size: tuple[int, int]
) -> None:
    image = torch.rand(2, 3, *size)
    torch.testing.assert_close(answer(traced, image), tiny[0](image), atol=1e-5, rtol=0)


def test_card_is_inside(tiny: tuple[nn.Module, Card], graph: ModelProto) -> None:
    assert card_in({entry.key: entry.value for entry in graph.metadata_props}, "graph") == tiny[1]


def test_input_and_output_have_names_and_free_sizes(graph: ModelProto) -> None:
    ends = (*graph.graph.input, *graph.graph.output)
    assert [end.name for end in ends] == [INPUT, OUTPUT]
    for end in ends:
        batch, channels, height, width = end.type.tensor_type.shape.dim
        assert channels.dim_value == 3
        assert all(side.dim_param for side in (batch, height, width))


def test_no_path_of_this_machine_is_inside(traced: bytes) -> None:
    package = Path(superres.__file__).parent
    for trace in (b".py", b"site-packages", str(package).encode(), str(Path.home()).encode() + b"/"):
        assert trace not in traced


def test_file_is_whole_and_carries_the_card(
    weights: Path, tmp_path: Path, tiny: tuple[nn.Module, Card], untraced: None
) -> None:
    destination = tmp_path / "out" / "tiny.onnx"
    assert export_onnx(weights, destination) == tiny[1]
    graph = onnx.load(destination)
    onnx.checker.check_model(graph)
    assert CARD_KEY in {entry.key for entry in graph.metadata_props}
    assert [path.name for path in destination.parent.iterdir()] == ["tiny.onnx"]


def test_existing_file_is_not_overwritten(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"mine")
    with pytest.raises(ExistingFileError, match="give --overwrite"):
        export_onnx(weights, tmp_path / "mine.onnx")
    assert (tmp_path / "mine.onnx").read_bytes() == b"mine"


def test_existing_file_is_replaced_when_asked(weights: Path, tmp_path: Path, untraced: None) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"mine")
    export_onnx(weights, tmp_path / "mine.onnx", overwrite=True)
    assert onnx.load(tmp_path / "mine.onnx").graph.node


def test_wrong_graph_is_refused_and_nothing_is_written(
    weights: Path, tmp_path: Path, graph: ModelProto, monkeypatch: pytest.MonkeyPatch
) -> None:
    bias = next(each for each in graph.graph.initializer if each.name == "tail.bias")
    bias.raw_data = bytes(np.full(8, 0.1, np.float32).data)
    del graph.metadata_props[:]
    monkeypatch.setattr(exporting, "_trace", lambda network, card: graph)
    with pytest.raises(InvalidWeightsError, match=r"differs from PyTorch by .*; nothing was written"):
        export_onnx(weights, tmp_path / "wrong.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny_x2.safetensors"]


@torch.no_grad()
def test_linked_graph_beside_its_weights_answers_the_same(
    weights: Path, graph: ModelProto, tiny: tuple[nn.Module, Card]
) -> None:
    linked = weights.with_suffix(".onnx")
    linked.write_bytes(link_to_weights(graph, weights).SerializeToString())
    image = torch.rand(1, 3, 20, 34)
    torch.testing.assert_close(answer(linked, image), tiny[0](image), atol=1e-5, rtol=0)


def test_linked_graph_holds_no_weights_of_its_own(weights: Path, graph: ModelProto) -> None:
    linked = link_to_weights(graph, weights)
    own = [each.name for each in linked.graph.initializer if len(each.raw_data) > 64]
    assert not own
    assert {entry.value for each in linked.graph.initializer for entry in each.external_data[:1]} == {weights.name}


def test_graph_with_other_numbers_is_not_linked(weights: Path, graph: ModelProto) -> None:
    bias = next(each for each in graph.graph.initializer if each.name == "tail.bias")
    bias.raw_data = bytes(len(bias.raw_data) * [1])
    with pytest.raises(InvalidWeightsError, match=r"its numbers for tail\.bias are not those of the file"):
        link_to_weights(graph, weights)


def test_graph_that_lacks_a_tensor_is_not_linked(weights: Path, graph: ModelProto) -> None:
    graph.graph.initializer.remove(next(each for each in graph.graph.initializer if each.name == "head.weight"))
    with pytest.raises(InvalidWeightsError, match=r"head\.weight"):
        link_to_weights(graph, weights)


def test_tensor_that_the_exporter_has_folded_to_another_name_is_linked_too(weights: Path, graph: ModelProto) -> None:
    folded = next(each for each in graph.graph.initializer if each.name == "head.bias")
    folded.name = "val_6"
    folded.dims[:] = [1, *folded.dims, 1, 1]
    link_to_weights(graph, weights)
    assert (folded.name, len(folded.raw_data)) == ("val_6", 0)
    assert folded.external_data[0].value == weights.name
