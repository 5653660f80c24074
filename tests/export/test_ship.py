"""Trained weights on their way into the package."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino
import pytest
import torch
from onnx import ModelProto
from torch import nn

from superres.errors import InvalidRequestError, InvalidWeightsError, MissingFileError
from superres.export import onnx as exporting
from superres.export.eight_bit import export_eight_bit
from superres.export.parity import TOLERANCE, check_parity
from superres.export.ship import ship, ship_eight_bit
from superres.models.card import Card, card_in
from superres.models.cost import published_macs
from superres.models.manifest import Entry, Tier, find, read_manifest, shipped, verify, write_manifest
from superres.models.weights import load_network, read_weights, write_weights

Tiny = tuple[nn.Module, Card]
FIGURES = {"set5_psnr_y": 37.5}


@pytest.fixture(autouse=True)
def untraced(traced: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared graph in place of a new one."""
    monkeypatch.setattr(
        exporting, "_trace", lambda network, card: exporting._without_traces(ModelProto.FromString(traced))
    )


@pytest.fixture
def trained(tiny: Tiny, tmp_path: Path) -> Path:
    """What a training left."""
    write_weights(tmp_path / "run" / "tiny_x2.safetensors", tiny[0].state_dict(), tiny[1])
    return tmp_path / "run" / "tiny_x2.safetensors"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The folder of shipped weights."""
    return tmp_path / "pretrained"


def test_shipped_files_pass_verification(trained: Path, package: Path) -> None:
    entry = ship(trained, FIGURES, package)
    verify(entry, package)
    assert read_manifest(package) == (entry,)
    files = [f"tiny_x2.{ending}" for ending in ("onnx", "param", "safetensors")]
    assert sorted(path.name for path in package.iterdir()) == ["manifest.json", *files]


@torch.no_grad()
def test_shipped_graph_answers_as_the_trained_network(trained: Path, package: Path, tiny: Tiny) -> None:
    entry = ship(trained, FIGURES, package)
    core: Any = openvino.Core()
    compiled = core.compile_model(core.read_model(package / entry.graph), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    image = torch.rand(1, 3, 21, 30)
    torch.testing.assert_close(torch.from_numpy(np.array(compiled(image.numpy())[0])), tiny[0](image))


@torch.no_grad()
def test_shipped_weights_load_into_the_same_network(trained: Path, package: Path, tiny: Tiny) -> None:
    network, card = load_network(package / ship(trained, FIGURES, package).weights)
    image = torch.rand(1, 3, 21, 30)
    assert torch.equal(network(image), tiny[0](image))
    assert card.figures == FIGURES


@pytest.mark.parametrize("tier", ["tiny", "default", None])
def test_entry_says_what_the_network_is_taken_for(trained: Path, package: Path, tier: Tier | None) -> None:
    assert ship(trained, FIGURES, package, tier=tier) == read_manifest(package)[0]
    assert read_manifest(package)[0].tier == tier


def test_entry_says_what_was_made_of_what(trained: Path, package: Path, tiny: Tiny) -> None:
    entry = ship(trained, FIGURES, package)
    card = entry.card
    assert (card.trained_on, card.recipe, card.steps, card.licence) == (("t91", "bsds"), "tiny.toml", 20, "Apache-2.0")
    assert (entry.name, card.figures) == ("tiny_x2", FIGURES)
    assert entry.parameters == sum(parameter.numel() for parameter in tiny[0].parameters())
    assert entry.macs == published_macs(tiny[0], channels=3, scale=2)


def test_card_is_the_same_in_both_files_and_in_the_manifest(trained: Path, package: Path) -> None:
    entry = ship(trained, FIGURES, package)
    graph = onnx.load(package / entry.graph, load_external_data=False)
    inside = card_in({each.key: each.value for each in graph.metadata_props}, entry.graph)
    assert inside == read_weights(package / entry.weights)[1] == entry.card


def test_numbers_exist_once(trained: Path, package: Path) -> None:
    entry = ship(trained, FIGURES, package)
    content = (package / entry.weights).read_bytes()
    (header,) = struct.unpack_from("<Q", content)
    assert len(content) - 8 - header == 4 * entry.parameters
    graph = (package / entry.graph).read_bytes()
    assert not any(content[place : place + 64] in graph for place in range(8 + header, len(content) - 64, 64))


def test_other_precision_is_stored_as_float32(trained: Path, package: Path, tiny: Tiny) -> None:
    tensors = {name: tensor.double() for name, tensor in tiny[0].state_dict().items()}
    write_weights(trained, tensors, tiny[1])
    stored, _ = read_weights(package / ship(trained, FIGURES, package).weights)
    assert {tensor.dtype for tensor in stored.values()} == {torch.float32}


def test_older_network_of_the_name_is_replaced_and_others_stay(trained: Path, package: Path, tiny: Tiny) -> None:
    old = ship(trained, FIGURES, package)
    other = replace(old, card=replace(old.card, name="other_x3"))
    write_manifest((old, other), package)
    new = ship(trained, {"set5_psnr_y": 37.6}, package)
    assert read_manifest(package) == (other, new)
    verify(new, package)


@pytest.mark.parametrize(
    ("lacking", "message"),
    [({"recipe": "", "steps": 0}, "does not name its recipe, steps"), ({"trained_on": ()}, "data")],
)
def test_weights_that_do_not_say_where_they_come_from_are_refused(
    trained: Path, package: Path, tiny: Tiny, lacking: dict[str, Any], message: str
) -> None:
    write_weights(trained, tiny[0].state_dict(), replace(tiny[1], **lacking))
    with pytest.raises(InvalidWeightsError, match=message):
        ship(trained, FIGURES, package)
    assert not package.exists()


def test_graph_that_answers_differently_leaves_what_was_shipped_before(
    trained: Path, package: Path, tiny: Tiny
) -> None:
    before: Entry = ship(trained, FIGURES, package)
    changed = {name: tensor + 0.01 for name, tensor in tiny[0].state_dict().items()}
    write_weights(trained, changed, tiny[1])  # the traced graph keeps the old numbers
    with pytest.raises(InvalidWeightsError, match="differs from PyTorch"):
        ship(trained, FIGURES, package)
    verify(before, package)
    assert read_manifest(package) == (before,)


def test_missing_weights_are_named(package: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.safetensors"):
        ship(tmp_path / "absent.safetensors", FIGURES, package)


@pytest.mark.parametrize("name", [entry.name for entry in shipped()])
def test_every_shipped_graph_answers_as_its_weights(name: str) -> None:
    network, card = load_network(name)
    assert check_parity(network, find(name).graph_path, card) < TOLERANCE


@pytest.fixture
def eight_bit(tiny: Tiny, tmp_path: Path) -> Path:
    """A graph of the same network in 8 bit."""
    write_weights(
        tmp_path / "learned.safetensors", tiny[0].state_dict(), replace(tiny[1], ranges={"tail": (-1.0, 1.0)})
    )
    export_eight_bit(tmp_path / "learned.safetensors", tmp_path / "learned.onnx")
    return tmp_path / "learned.onnx"


def test_graph_in_8_bit_is_stored_beside_the_network_of_its_name(trained: Path, package: Path, eight_bit: Path) -> None:
    ship(trained, FIGURES, package)
    entry = ship_eight_bit(eight_bit, {"set5_psnr_y": 37.4}, package)
    assert (entry.eight_bit, entry.eight_bit_figures) == ("tiny_x2.int8.onnx", {"set5_psnr_y": 37.4})
    verify(entry, package)
    (package / "tiny_x2.int8.onnx").write_bytes(b"other")
    with pytest.raises(InvalidWeightsError, match=r"tiny_x2\.int8\.onnx of tiny_x2 is damaged"):
        verify(entry, package)


def test_new_weights_end_the_graph_in_8_bit_of_older_ones(trained: Path, package: Path, eight_bit: Path) -> None:
    ship(trained, FIGURES, package)
    ship_eight_bit(eight_bit, {}, package)
    assert ship(trained, FIGURES, package).eight_bit == ""
    assert not (package / "tiny_x2.int8.onnx").exists()


def test_graph_in_8_bit_of_a_network_that_is_not_shipped_is_refused(package: Path, eight_bit: Path) -> None:
    with pytest.raises(InvalidWeightsError, match="tiny_x2, which is not shipped; ship it first"):
        ship_eight_bit(eight_bit, {}, package)


def test_graph_that_does_not_compute_in_8_bit_is_refused(trained: Path, package: Path) -> None:
    entry = ship(trained, FIGURES, package)
    with pytest.raises(InvalidRequestError, match="was to compute in int8, but is no such graph"):
        ship_eight_bit(package / entry.graph, {}, package)
