"""Compiled graphs that are kept for the next process."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
from safetensors.numpy import load_file

from superres.inference.backends import kept
from superres.inference.backends.openvino import OpenVINOBackend
from superres.inference.caching import CACHE_VARIABLE
from superres.models.manifest import PRETRAINED, find

TINY = find("ecbsr_tiny_x4")
LOW = np.random.default_rng(0).random((1, 3, 20, 30), np.float32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the graphs."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "graphs"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each graph that is compiled."""
    calls: list[int] = []
    own = openvino.Core.compile_model

    def counting(*arguments: Any) -> Any:
        calls.append(1)
        return own(*arguments)

    monkeypatch.setattr(openvino.Core, "compile_model", counting)
    return calls


@pytest.mark.parametrize(
    ("path", "precision"), [(TINY.graph_path, "float32"), (TINY.eight_bit_path, "int8")], ids=["float32", "int8"]
)
@pytest.mark.usefixtures("folder")
def test_kept_graph_gives_the_same_values_uncompiled(path: Path, precision: Any, counted: list[int]) -> None:
    first = OpenVINOBackend(path, precision)
    planes, (pixels, total) = first.upscale(LOW), first.upscale_to_bytes(LOW)
    assert len(counted) == 2
    again = OpenVINOBackend(path, precision)
    np.testing.assert_array_equal(again.upscale(LOW), planes)
    told, told_total = again.upscale_to_bytes(LOW)
    np.testing.assert_array_equal(told, pixels)
    assert told_total == total
    assert len(counted) == 2


@pytest.mark.usefixtures("folder")
def test_other_sizes_settings_and_answers_are_compiled(counted: list[int]) -> None:
    OpenVINOBackend(TINY.graph_path, "float32").upscale(LOW)
    OpenVINOBackend(TINY.graph_path, "float32").upscale(LOW[..., :-1])
    OpenVINOBackend(TINY.graph_path, "float32", together=2).upscale(LOW)
    OpenVINOBackend(TINY.graph_path, "float32").upscale_to_bytes(LOW)
    assert len(counted) == 4


@pytest.mark.usefixtures("folder")
def test_new_weights_of_the_same_graph_are_not_taken_for_the_old_ones(tmp_path: Path) -> None:
    for name in (TINY.graph, TINY.weights):
        shutil.copy(PRETRAINED / name, tmp_path / name)
    before = OpenVINOBackend(tmp_path / TINY.graph, "float32").upscale(LOW)
    tensors = load_file(tmp_path / TINY.weights)
    content = (tmp_path / TINY.weights).read_bytes()
    largest = max(tensors, key=lambda name: tensors[name].size)
    place = content.index(tensors[largest].tobytes())
    changed = (2 * tensors[largest]).tobytes()
    (tmp_path / TINY.weights).write_bytes(content[:place] + changed + content[place + len(changed) :])
    assert np.abs(OpenVINOBackend(tmp_path / TINY.graph, "float32").upscale(LOW) - before).max() > 0.01


def test_damaged_graph_is_compiled_anew_and_replaced(folder: Path, counted: list[int]) -> None:
    expected = OpenVINOBackend(TINY.graph_path, "float32").upscale(LOW)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for damaged in (b"", b"no graph", whole[:1000], whole[:-1000], whole[:-1000] + bytes(1000)):
        path.write_bytes(damaged)
        for _ in range(2):
            np.testing.assert_array_equal(OpenVINOBackend(TINY.graph_path, "float32").upscale(LOW), expected)
    assert len(counted) == 6


def test_folder_that_takes_no_files_changes_nothing(folder: Path) -> None:
    folder.parent.write_bytes(b"a file in its place")
    assert OpenVINOBackend(TINY.graph_path, "float32").upscale(LOW).shape == (1, 3, 80, 120)


def test_those_of_use_last_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch, counted: list[int]) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    for width in (10, 11, 12):
        OpenVINOBackend(TINY.graph_path, "float32").upscale(LOW[..., :width])
    assert len(list(folder.iterdir())) == 2
    OpenVINOBackend(TINY.graph_path, "float32").upscale(LOW[..., :12])
    assert len(counted) == 3


def test_folder_of_many_sizes_leaves_room_for_others(folder: Path) -> None:
    network = OpenVINOBackend(TINY.eight_bit_path, "int8")
    for width in range(10, 20):
        network.upscale(LOW[..., :width])
    assert len(list(folder.iterdir())) == 4
