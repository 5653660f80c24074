"""Engines by their names."""

from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from superres.errors import InvalidRequestError, MissingPackageError, UnknownNameError
from superres.image.files import read_picture
from superres.image.pixels import to_planes
from superres.inference.backends import engines
from superres.inference.backends.catalogue import engines_of, open_model
from superres.inference.backends.engines import ENGINES, KNOWN, Engine, check_engine, engines_for, installed_engine
from superres.models.manifest import find, shipped

EXAMPLE = Path(__file__).parents[3] / "examples" / "lighthouse.webp"


def test_names_are_those_that_the_command_takes() -> None:
    assert ("auto", *(entry.name for entry in KNOWN)) == ENGINES


def test_every_engine_is_installed_where_tests_run_and_says_its_version() -> None:
    for entry in KNOWN:
        assert installed_engine(entry.name) is entry
        assert entry.version[0].isdigit()


def test_unknown_engine_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no engine is called 'onxruntime'; nearest: onnxruntime"):
        check_engine("onxruntime")


def test_missing_engine_is_refused_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(name: str) -> ModuleSpec | None:
        return ModuleSpec(name, None) if name == "openvino" else None

    monkeypatch.setattr(engines, "find_spec", found)
    open_model.cache_clear()  # what another test has opened is not asked for again
    with pytest.raises(
        MissingPackageError,
        match=r"ONNX Runtime is not installed; pip install 'superres\[onnxruntime\]' brings it; installed are: openvi",
    ):
        open_model("rlfn_compact_x2", "float32", None, "onnxruntime")


def test_files_are_opened_by_the_engines_of_their_ending() -> None:
    assert [entry.name for entry in engines_for(".onnx")] == ["openvino", "onnxruntime"]
    assert [entry.name for entry in engines_of("mine.pth")] == ["pytorch"]
    assert [entry.name for entry in engines_of("rlfn_compact_x2")] == [entry.name for entry in KNOWN]
    assert engines_of("bicubic_x2") == []
    assert engines_of("table.npy") == []


def test_engine_that_does_not_open_a_file_says_which_does() -> None:
    graph, weights = (str(path) for path in (find("rlfn_compact_x2").graph_path, find("rlfn_compact_x2").weights_path))
    with pytest.raises(InvalidRequestError, match=r"rlfn_compact_x2\.onnx is opened by openvino or onnxruntime"):
        open_model(graph, engine="pytorch")
    with pytest.raises(InvalidRequestError, match=r"opened by pytorch; openvino opens files ending in \.onnx"):
        open_model(weights, engine="openvino")


def test_interpolation_has_no_engine() -> None:
    with pytest.raises(InvalidRequestError, match="bicubic_x2 is computed by NumPy; leave the engine out"):
        open_model("bicubic_x2", engine="openvino")


def test_onnx_runtime_computes_in_float32_alone() -> None:
    assert open_model("rlfn_compact_x2", engine="onnxruntime").describe().endswith(", float32")
    with pytest.raises(InvalidRequestError, match="bfloat16 was asked for, but ONNX Runtime computes"):
        open_model("rlfn_compact_x2", "bfloat16", engine="onnxruntime")


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_eight_bit_answers_nearly_as_float32_and_says_so(engine: Engine) -> None:
    photograph = to_planes(read_picture(EXAMPLE).pixels[40:136, 30:150])[None]
    for entry in (each for each in shipped() if each.eight_bit):
        exact, fast = (open_model(entry.name, each, engine=engine) for each in ("float32", "int8"))
        assert ", int8 and " in fast.describe()
        difference = exact.upscale(photograph) - fast.upscale(photograph)
        assert -10 * np.log10(np.square(difference).mean()) > 40, "the weights are others too"


def test_eight_bit_is_refused_where_there_is_none() -> None:
    graph, weights = (str(path) for path in (find("rlfn_compact_x2").graph_path, find("rlfn_compact_x2").weights_path))
    with pytest.raises(InvalidRequestError, match="gan_x4 was to compute in int8, which it has not learned"):
        open_model("rlfn_compact_gan_x4", "int8")
    with pytest.raises(InvalidRequestError, match="is no such graph; superres export --int8 makes one"):
        open_model(graph, "int8")
    with pytest.raises(InvalidRequestError, match="PyTorch computes"):
        open_model(weights, "int8")
    with pytest.raises(InvalidRequestError, match="ncnn computes"):
        open_model("rlfn_compact_x2", "int8", engine="ncnn")


def test_batches_are_answered_image_by_image() -> None:
    images = np.random.default_rng(0).random((2, 3, 20, 31), np.float32)
    backend = open_model("rlfn_compact_x2", "float32", engine="onnxruntime")
    both, alone = backend.upscale(images), [backend.upscale(image[None])[0] for image in images]
    assert np.abs(both - np.stack(alone)).max() < 1e-5


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime", "ncnn"])
def test_engines_of_the_processor_refuse_what_only_gpus_are_fast_in(engine: Engine) -> None:
    with pytest.raises(InvalidRequestError, match=r"float16 was asked for, but .* on the processor; take bfloat16"):
        open_model("rlfn_compact_x2", "float16", engine=engine)
