"""PyTorch as an engine: networks of any scale."""

from pathlib import Path

import numpy as np
import pytest
import torch
from samples.pictures import noise

import superres
from superres.errors import InvalidRequestError
from superres.evaluation.subject import subjects
from superres.export.onnx import export_onnx
from superres.image.pixels import to_integers
from superres.inference.backends.backend import bytes_of
from superres.inference.backends.catalogue import open_model
from superres.inference.backends.pytorch import PyTorchBackend, device
from superres.inference.request import Request, plan
from superres.models.catalogue import architecture, build
from superres.models.liif import LIIFConfig
from superres.models.meta_edsr import MetaEDSRConfig
from superres.models.weights import write_weights

SMALL = {
    "meta_edsr": MetaEDSRConfig(scale=2, width=4, blocks=1, hidden=8),
    "liif": LIIFConfig(scale=2, width=4, blocks=1, hidden=8),
}


@pytest.fixture(params=sorted(SMALL))
def weights(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file of weights of a small network of any scale."""
    torch.manual_seed(0)
    known, config = architecture(request.param), SMALL[request.param]
    path = tmp_path / "small.safetensors"
    write_weights(path, known.network(config).state_dict(), known.card("small", config))
    return str(path)


@pytest.mark.parametrize("scale", [1.5, 2, 2.7, 4])
def test_network_of_any_scale_answers_at_the_one_it_was_opened_for(weights: str, scale: float) -> None:
    low = np.random.default_rng(0).random((1, 3, 20, 31), np.float32)
    high = open_model(weights, "float32", scale).upscale(low)
    assert high.shape == (1, 3, round(20 * scale), round(31 * scale))


@pytest.mark.parametrize("scale", [1.5, 2.7])
def test_tiles_of_a_network_of_any_scale_equal_the_whole(weights: str, scale: float) -> None:
    pixels = noise(90, 70, 3)
    whole, tiles = (
        superres.upscale(pixels, scale, model=weights, precision="float32", tile_size=size).astype(int)
        for size in (512, 56)
    )
    assert whole.shape == (round(90 * scale), round(70 * scale), 3)
    assert np.abs(whole - tiles).max() <= 1


def test_fast_arithmetic_answers_as_the_exact_one_does(weights: str) -> None:
    low = np.random.default_rng(0).random((1, 3, 20, 30), np.float32)
    exact, fast = (open_model(weights, precision, 2.7).upscale(low) for precision in ("float32", "bfloat16"))
    assert np.abs(exact - fast).mean() < 2 / 255


def test_plan_at_any_scale_is_one_pass(weights: str) -> None:
    how = plan(Request(model=weights, scale=2.7))
    assert (len(how.passes), how.reached) == (1, 2.7)


def test_network_of_any_scale_is_judged_at_every_scale_asked_for(weights: str) -> None:
    found = subjects(["bicubic", weights], (2.7, 3), "float32")
    assert [(each.name == weights, each.scale) for each in found] == [(False, 2.7), (True, 2.7), (False, 3), (True, 3)]
    assert found[1].restore(noise(20, 10, 3)).shape == (54, 27, 3)
    assert found[1].identity() != found[3].identity()


def test_network_of_any_scale_is_judged_at_its_own_where_none_is_asked_for(weights: str) -> None:
    assert [each.scale for each in subjects([weights], (), "float32")] == [2]


def test_scale_beyond_the_highest_is_refused(weights: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"small was to enlarge ×40 in one pass; it enlarges ×1 to ×"):
        open_model(weights, "float32", 40)


def test_scale_that_a_network_of_one_does_not_have_is_refused(tmp_path: Path) -> None:
    network, card = build("espcn_x3")
    write_weights(tmp_path / "espcn_x3.safetensors", network.state_dict(), card)
    with pytest.raises(InvalidRequestError, match=r"×2\.7 in one pass; it enlarges ×3$"):
        open_model(str(tmp_path / "espcn_x3.safetensors"), "float32", 2.7)


def test_graph_has_one_scale() -> None:
    with pytest.raises(InvalidRequestError, match="such a file has one scale"):
        open_model("rlfn_compact_x2", "float32", 2.7)


def test_exported_network_of_any_scale_has_the_one_it_was_traced_at(tmp_path: Path) -> None:
    torch.manual_seed(0)
    known, config = architecture("meta_edsr"), SMALL["meta_edsr"]
    write_weights(tmp_path / "small.safetensors", known.network(config).state_dict(), known.card("small", config))
    export_onnx(tmp_path / "small.safetensors", tmp_path / "small.onnx")
    how = plan(Request(model=str(tmp_path / "small.onnx"), scale=2.7))
    assert (how.factors, how.passes[0].card().highest_scale) == ((2, 2), None)


def test_bytes_are_what_numpy_makes_of_the_answer(weights: str) -> None:
    low = np.random.default_rng(0).random((2, 3, 20, 30), np.float32)
    backend = open_model(weights, "float32")
    pixels, total = bytes_of(backend, low)
    high = backend.upscale(low)
    assert np.array_equal(pixels, np.stack([to_integers(planes, np.uint8) for planes in high]))
    assert total == pytest.approx(float(high.sum()), rel=1e-4)


def test_float16_answers_as_the_exact_arithmetic_does(weights: str) -> None:
    low = np.random.default_rng(0).random((1, 3, 20, 30), np.float32)
    exact, half = (open_model(weights, precision) for precision in ("float32", "float16"))
    assert half.describe().endswith("float16")
    assert np.abs(exact.upscale(low) - half.upscale(low)).mean() < 1 / 255


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes")],
)
def test_device_without_memory_gives_the_error_that_makes_tiles_smaller(
    weights: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    backend = PyTorchBackend(Path(weights), "float32")
    monkeypatch.setattr(backend, "_network", fail)
    with pytest.raises(MemoryError):
        backend.upscale(np.zeros((1, 3, 9, 9), np.float32))


def test_other_errors_stay_what_they_are(weights: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("shapes do not fit")

    backend = PyTorchBackend(Path(weights), "float32")
    monkeypatch.setattr(backend, "_network", fail)
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        backend.upscale(np.zeros((1, 3, 9, 9), np.float32))


@pytest.mark.skipif(device().type == "cpu", reason="there is no GPU")
def test_gpu_answers_as_the_processor_does() -> None:
    low = np.random.default_rng(0).random((1, 3, 50, 60), np.float32)
    there = open_model("rlfn_compact_x4", engine="pytorch")
    assert device().type in there.describe()
    assert np.abs(there.upscale(low) - open_model("rlfn_compact_x4", "float32").upscale(low)).max() < 2 / 255
