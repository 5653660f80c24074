"""An exported graph must answer as PyTorch does."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import ModelProto
from torch import Tensor, nn

from superres.errors import InvalidWeightsError
from superres.export.onnx import checked_graph
from superres.export.parity import TOLERANCE, check_parity
from superres.models.card import Card
from superres.models.weights import load_network

Tiny = tuple[nn.Module, Card]


class Changed(nn.Module):
    """A network whose answer is off, or no number, for inputs wider than the smallest."""

    def __init__(self, network: nn.Module, offset: float) -> None:
        super().__init__()
        self.network = network
        self.offset = offset

    def forward(self, low: Tensor) -> Tensor:
        high = self.network(low)
        return high + self.offset if low.shape[-1] > 40 else high


def test_faithful_graph_is_far_below_the_tolerance(tiny: Tiny, traced: bytes) -> None:
    assert check_parity(tiny[0], traced, tiny[1]) < TOLERANCE / 10


def test_graph_may_lie_in_a_file(tiny: Tiny, traced: bytes, tmp_path: Path) -> None:
    (tmp_path / "graph.onnx").write_bytes(traced)
    assert check_parity(tiny[0], tmp_path / "graph.onnx", tiny[1]) < TOLERANCE


@pytest.mark.parametrize("offset", [2 * TOLERANCE, float("nan")])
def test_difference_at_some_sizes_only_is_noticed(tiny: Tiny, traced: bytes, offset: float) -> None:
    with pytest.raises(InvalidWeightsError, match="the exported graph of tiny_x2 differs from PyTorch"):
        check_parity(Changed(tiny[0], offset), traced, tiny[1])


def test_rounding_error_is_allowed(tiny: Tiny, traced: bytes) -> None:
    assert check_parity(Changed(tiny[0], TOLERANCE / 4), traced, tiny[1]) < TOLERANCE


def test_other_weights_are_noticed(tiny: Tiny, traced: bytes) -> None:
    other = deepcopy(tiny[0])
    torch.nn.init.normal_(next(other.parameters()))
    with pytest.raises(InvalidWeightsError):
        check_parity(other, traced, tiny[1])


def multiplied(model: Tiny, graph: ModelProto) -> tuple[nn.Module, ModelProto]:
    """The same network and graph with answers three thousand times as large, and as far from the exact ones."""
    network = deepcopy(model[0])
    last = {name: values for name, values in network.named_parameters() if name.startswith("upsample")}
    for name, values in last.items():
        values.data *= 3000
        stored = next(each for each in graph.graph.initializer if each.name == name)
        stored.raw_data = values.detach().numpy().tobytes()
    return network, graph


def test_rounding_that_a_network_multiplies_is_allowed(tiny: Tiny, graph: ModelProto) -> None:
    network, large = multiplied(tiny, graph)
    assert check_parity(network, large.SerializeToString(), tiny[1]) > TOLERANCE


def test_one_weight_that_is_off_by_a_thousandth_is_noticed_nevertheless(tiny: Tiny, graph: ModelProto) -> None:
    network, large = multiplied(tiny, graph)
    head = next(each for each in large.graph.initializer if each.name == "head.weight")
    weights = np.frombuffer(head.raw_data, np.float32).copy()
    weights[len(weights) // 2] *= 1.001
    head.raw_data = weights.tobytes()
    with pytest.raises(InvalidWeightsError, match="differs from PyTorch"):
        check_parity(network, large.SerializeToString(), tiny[1])


def test_one_weight_that_is_off_by_a_tenth_is_noticed(tiny: Tiny, graph: ModelProto) -> None:
    head = next(each for each in graph.graph.initializer if each.name == "head.weight")
    weights = np.frombuffer(head.raw_data, np.float32).copy()
    weights[len(weights) // 2] *= 1.1
    head.raw_data = weights.tobytes()
    with pytest.raises(InvalidWeightsError, match="differs from PyTorch"):
        check_parity(tiny[0], graph.SerializeToString(), tiny[1])


# PyTorch, OpenVINO and ONNX Runtime are then all between 4e-4 and 7e-4 from what float64 gives.
@pytest.mark.data
def test_authors_weights_that_multiply_rounding_are_exported(superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / "ntire2022" / "team05_efdn.pt")
    made = checked_graph(network, card)
    assert check_parity(network, made.SerializeToString(), card) > TOLERANCE


def test_graph_with_weights_that_are_no_numbers_is_noticed(tiny: Tiny, graph: ModelProto) -> None:
    bias = next(each for each in graph.graph.initializer if each.name == "tail.bias")
    bias.raw_data = bytes(np.full(8, np.nan, np.float32).data)
    with pytest.raises(InvalidWeightsError, match="by nan"):
        check_parity(tiny[0], graph.SerializeToString(), tiny[1])
