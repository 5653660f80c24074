"""Promises that every engine keeps."""

from concurrent.futures import ThreadPoolExecutor
from math import inf, log10
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from superres.errors import InvalidRequestError, InvalidWeightsError, MissingFileError, UnknownNameError
from superres.image.files import read_picture
from superres.image.pixels import to_planes
from superres.inference.backends.catalogue import open_model
from superres.inference.backends.engines import Engine
from superres.inference.precision import Precision
from superres.inference.upscaler import upscale
from superres.models.manifest import find, shipped

NAMES = [entry.name for entry in shipped()]
KODAK = Path(__file__).parents[3] / "examples" / "lighthouse.webp"


@pytest.fixture(scope="module")
def photograph() -> NDArray[np.float32]:
    """A piece of a photograph, (1, 3, 96, 120)."""
    return to_planes(read_picture(KODAK).pixels[40:136, 30:150])[None]


def decibels(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    apart = float(np.square(first - second).mean())
    return -10 * log10(apart) if apart else inf  # engines may take float32 where a processor has no bfloat16


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime", "ncnn"])
@pytest.mark.parametrize("name", NAMES)
def test_every_engine_answers_as_pytorch_does(name: str, engine: Engine, photograph: NDArray[np.float32]) -> None:
    answer = open_model(name, "float32", engine=engine).upscale(photograph)
    pytorch = open_model(name, "float32", engine="pytorch").upscale(photograph)
    assert np.abs(answer - pytorch).max() < 1e-4


@pytest.mark.parametrize("engine", ["openvino", "ncnn"])
@pytest.mark.parametrize("name", NAMES)
def test_bfloat16_answers_as_float32_does(name: str, engine: Engine, photograph: NDArray[np.float32]) -> None:
    exact, fast = (
        open_model(name, precision, engine=engine).upscale(photograph) for precision in ("float32", "bfloat16")
    )
    assert decibels(exact, fast) > 50


@pytest.mark.parametrize("ending", ["graph", "weights"])
def test_answer_is_scale_times_the_input(ending: str, photograph: NDArray[np.float32]) -> None:
    entry = find("rlfn_compact_x3")
    path = entry.graph_path if ending == "graph" else entry.weights_path
    backend = open_model(str(path), "float32")
    assert backend.card().scale == 3
    assert backend.upscale(photograph[..., :16, :31]).shape == (1, 3, 48, 93)


def test_engine_and_precision_are_described() -> None:
    assert open_model("rlfn_compact_x2", "float32").describe().endswith(", float32")
    assert open_model(str(find("rlfn_compact_x2").weights_path), "bfloat16").describe().endswith(", bfloat16")


def test_answer_is_not_overwritten_by_the_next_one(photograph: NDArray[np.float32]) -> None:
    backend = open_model("rlfn_compact_x2", "float32")
    first = backend.upscale(photograph)
    kept = first.copy()
    backend.upscale(1 - photograph)
    assert np.array_equal(first, kept)


def test_threads_do_not_mix_their_answers(photograph: NDArray[np.float32]) -> None:
    backend = open_model("rlfn_compact_x2", "float32")
    pieces = [photograph[..., side:, :side] for side in (20, 30, 40, 30, 20, 40)]
    alone = [backend.upscale(piece) for piece in pieces]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(backend.upscale, pieces))
    assert all(np.array_equal(*pair) for pair in zip(alone, together, strict=True))


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="nearest: rlfn_compact_x2"):
        open_model("rlfn_compct_x2")


def test_missing_file_is_named() -> None:
    with pytest.raises(MissingFileError, match=r"absent\.onnx was asked for"):
        open_model("absent.onnx")


def test_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    with pytest.raises(InvalidRequestError, match=r"files ending in \.onnx"):
        open_model(str(tmp_path / "model.bin"))


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_damaged_graph_is_refused(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(find("rlfn_compact_x2").graph_path.read_bytes()[:3000])
    with pytest.raises(InvalidWeightsError):
        open_model(str(tmp_path / "model.onnx"), engine=engine)


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_graph_without_its_weights_is_refused(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(find("rlfn_compact_x2").graph_path.read_bytes())
    with pytest.raises(InvalidWeightsError, match="weights are missing beside it"):
        open_model(str(tmp_path / "model.onnx"), engine=engine)


@pytest.mark.parametrize(
    ("engine", "precision"),
    [("openvino", "float32"), ("openvino", "bfloat16"), ("onnxruntime", "float32"), ("ncnn", "float32")],
)
@pytest.mark.parametrize("name", NAMES)
def test_tiles_of_a_photograph_equal_the_whole(name: str, engine: Engine, precision: Precision) -> None:
    pixels = read_picture(KODAK).pixels[:190, :210]
    whole, tiles = (
        upscale(pixels, model=name, engine=engine, precision=precision, tile_size=tile_size).astype(int)
        for tile_size in (512, 168)
    )
    assert np.abs(whole - tiles).max() <= 1
    assert np.mean(whole != tiles) < (2e-2 if precision == "bfloat16" else 2e-3)
