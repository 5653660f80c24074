"""Two graphs made one, without PyTorch."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openvino
import pytest
import torch
from numpy.typing import NDArray

from superres.errors import InvalidWeightsError
from superres.export.onnx import export_onnx
from superres.inference.backends.graph_blending import blend_graphs
from superres.inference.backends.openvino import OpenVINOBackend
from superres.inference.backends.pytorch import PyTorchBackend
from superres.models.blending import write_blend
from superres.models.catalogue import architecture
from superres.models.weights import write_weights

LOW = np.random.default_rng(1).random((1, 3, 20, 24), np.float32)


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@cache
def files(name: str, seed: int, kind: str, width: int, blocks: int) -> tuple[bytes, bytes]:
    """Weights and graph of a small network; exporting takes seconds."""
    known = architecture(kind)
    settings = known.read_config({"scale": 2, "channels": 3, "width": width, "blocks": blocks})
    torch.manual_seed(seed)
    with TemporaryDirectory() as folder:
        weights, graph = Path(folder, f"{name}.safetensors"), Path(folder, f"{name}.onnx")
        write_weights(weights, known.network(settings).state_dict(), known.card(name, settings))
        export_onnx(str(weights), graph)
        return weights.read_bytes(), graph.read_bytes()


def exported(name: str, seed: int, kind: str = "rlfn", /, *, width: int = 8, blocks: int = 1) -> Path:
    """A small network as weights, and as a graph beside them."""
    weights, graph = files(name, seed, kind, width, blocks)
    Path(f"{name}.safetensors").write_bytes(weights)
    Path(f"{name}.onnx").write_bytes(graph)
    return Path(f"{name}.onnx")


def answer(path: Path, share: float) -> NDArray[np.float32]:
    return OpenVINOBackend(Path("first.onnx"), "float32", towards=(path, share)).upscale(LOW)


@pytest.mark.parametrize("kind", ["rlfn", "ecbsr", "srresnet"])
def test_graph_between_two_answers_as_the_weights_between_them_do(kind: str) -> None:
    exported("first", 1, kind)
    second = exported("second", 2, kind)
    write_blend("first.safetensors", "second.safetensors", Path("between.safetensors"), share=0.3)
    expected = PyTorchBackend(Path("between.safetensors"), "float32").upscale(LOW)
    assert np.abs(answer(second, 0.3) - expected).max() < 1e-5


def test_ends_are_the_networks_themselves() -> None:
    first, second = (exported(name, seed) for name, seed in (("first", 1), ("second", 2)))
    for share, path in ((0.0, first), (1.0, second)):
        assert np.array_equal(answer(second, share), OpenVINOBackend(path, "float32").upscale(LOW))


def test_card_says_how_much_of_the_second_it_is_and_claims_no_figures() -> None:
    exported("first", 1)
    card = OpenVINOBackend(Path("first.onnx"), towards=(exported("second", 2), 0.3)).card()
    assert (card.name, card.figures) == ("first_blend_30", {})


@pytest.mark.parametrize("config", [{"width": 12, "blocks": 1}, {"width": 8, "blocks": 2}])
def test_graphs_of_two_structures_are_refused(config: dict[str, int]) -> None:
    first, second = exported("first", 1), exported("second", 2, **config)
    core = openvino.Core()
    with pytest.raises(InvalidWeightsError, match="only graphs of one structure can be blended"):
        blend_graphs(core.read_model(first), core.read_model(second), 0.5)
