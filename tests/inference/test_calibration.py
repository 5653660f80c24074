"""Which engine is the fastest here."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from superres.errors import InvalidRequestError, InvalidWeightsError
from superres.inference import calibration
from superres.inference.backends.backend import Planes
from superres.inference.backends.engines import Engine
from superres.inference.caching import CACHE_VARIABLE
from superres.inference.calibration import Timing, candidates, chosen_engine, fastest, measured, timings
from superres.inference.request import Request, plan
from superres.models.card import Card
from superres.models.manifest import find

FAST = Timing(engine="onnxruntime", described="a", milliseconds=1.0)
ALMOST = Timing(engine="openvino", described="c", milliseconds=1.2)
SLOW = Timing(engine="openvino", described="b", milliseconds=2.0)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is remembered from other tests."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(calibration, "BUDGET", 0.0)
    return tmp_path / "cache"


def test_all_graph_engines_take_turns_and_the_fastest_is_first() -> None:
    found = measured("ecbsr_tiny_x4", "float32")
    assert {timing.engine for timing in found} == {"openvino", "onnxruntime", "ncnn"}
    assert [timing.milliseconds for timing in found] == sorted(timing.milliseconds for timing in found)
    assert all(timing.described.endswith("float32") for timing in found)


def test_engine_that_lacks_the_precision_is_left_out() -> None:
    assert {timing.engine for timing in measured("ecbsr_tiny_x4", "bfloat16")} == {"openvino", "ncnn"}


def test_slower_engine_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend that answers at once against one that needs real time."""

    class Instant:
        def card(self) -> Card:
            return find("ecbsr_tiny_x4").card

        def describe(self) -> str:
            return "instant"

        def upscale(self, low: Planes) -> Planes:
            return low

    real = calibration.open_model
    monkeypatch.setattr(
        calibration,
        "open_model",
        lambda *_, engine: Instant() if engine == "onnxruntime" else real("ecbsr_tiny_x4", "float32"),
    )
    assert chosen_engine("ecbsr_tiny_x4", "float32", "auto") == "onnxruntime"


@pytest.mark.parametrize(
    ("found", "for_small", "for_large"),
    [
        ((FAST, SLOW), "onnxruntime", "onnxruntime"),
        ((FAST, ALMOST, SLOW), "onnxruntime", "openvino"),
        ((ALMOST, replace(FAST, milliseconds=1.3)), "openvino", "openvino"),
        ((FAST,), "onnxruntime", "onnxruntime"),
    ],
)
def test_for_large_images_another_engine_than_openvino_needs_a_clear_lead(
    found: tuple[Timing, ...], for_small: Engine, for_large: Engine
) -> None:
    assert fastest(found, is_small=True) == for_small
    assert fastest(found, is_small=False) == for_large


def test_small_images_of_a_folder_have_the_engine_that_was_the_fastest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "measured", lambda *_: (FAST, ALMOST))
    asked = Request(model="ecbsr_tiny_x4", precision="float32")
    assert "OpenVINO" in plan(asked).describe()
    assert "ONNX Runtime" in plan(replace(asked, together=2)).describe()


def test_what_was_measured_is_remembered(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "measured", lambda *_: (FAST, SLOW))
    assert chosen_engine("ecbsr_tiny_x4", "float32", "auto") == "onnxruntime"
    monkeypatch.setattr(calibration, "measured", lambda *_: (SLOW, FAST))
    assert chosen_engine("ecbsr_tiny_x4", "float32", "auto") == "onnxruntime", "by what is remembered"
    assert chosen_engine("ecbsr_tiny_x4", "bfloat16", "auto") == "openvino", "another precision is another question"
    assert chosen_engine("rlfn_compact_x2", "float32", "auto") == "openvino", "and another model"
    assert timings("ecbsr_tiny_x4", "float32", anew=True) == (SLOW, FAST)
    assert (own_cache / "engines.json").is_file()


def test_other_versions_and_processors_are_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "measured", lambda *_: (FAST, SLOW))
    timings("ecbsr_tiny_x4", "float32")
    monkeypatch.setattr(calibration, "measured", lambda *_: (SLOW, FAST))
    monkeypatch.setattr(calibration, "processor", lambda: "another")
    assert timings("ecbsr_tiny_x4", "float32")[0] == SLOW


def test_damaged_memory_is_measured_anew(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_cache.mkdir()
    (own_cache / "engines.json").write_text('{"a": [{"engine": "none"}]}', "utf-8")
    monkeypatch.setattr(calibration, "measured", lambda *_: (FAST, SLOW))
    assert timings("ecbsr_tiny_x4", "float32")[0] == FAST


def test_memory_that_cannot_be_written_is_done_without(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_cache.write_text("a file where the folder should be", "utf-8")
    monkeypatch.setattr(calibration, "measured", lambda *_: (FAST, SLOW))
    assert timings("ecbsr_tiny_x4", "float32")[0] == FAST


def test_nothing_is_measured_where_there_is_nothing_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "measured", lambda *_: pytest.fail("measured"))
    assert chosen_engine("bicubic_x2", "float32", "auto") == "auto"
    assert chosen_engine(str(find("ecbsr_tiny_x4").weights_path), "float32", "auto") == "auto"
    assert chosen_engine("ecbsr_tiny_x4", "float32", "openvino") == "openvino"


def test_pytorch_is_a_candidate_where_it_has_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = ["openvino", "onnxruntime", "ncnn"]
    for has, expected in ((False, graphs), (True, [*graphs, "pytorch"])):
        monkeypatch.setattr(calibration, "has_accelerator", lambda has=has: has)
        assert [entry.name for entry in candidates("ecbsr_tiny_x4")] == expected


def test_model_that_no_engine_opens_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    with pytest.raises(InvalidWeightsError, match=r"bad\.onnx is no readable ONNX graph"):
        plan(Request(model=str(tmp_path / "bad.onnx")))


def test_plan_runs_by_the_engine_that_was_asked_for() -> None:
    assert "ONNX Runtime" in plan(Request(scale=2, engine="onnxruntime")).describe()
    assert "PyTorch" in plan(Request(model="ecbsr_tiny_x4", engine="pytorch", precision="float32")).describe()
    with pytest.raises(InvalidRequestError, match="only openvino blends networks"):
        Request(texture=0.5, engine="onnxruntime")


def test_image_that_is_measured_with_is_one_that_every_network_takes() -> None:
    for entry in (find("rlfn_compact_x4"), find("ecbsr_tiny_x4")):
        assert entry.card.minimum_size <= calibration.SIDE
        assert np.isfinite(calibration._image(entry.card)).all()
