"""OpenVINO as an engine: graphs compiled for sizes, and callers at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from superres.inference.backends import openvino as module
from superres.inference.backends.openvino import OpenVINOBackend
from superres.models.manifest import find


def noise(height: int, width: int) -> Any:
    return np.random.default_rng(height * 1000 + width).random((1, 3, height, width), np.float32)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The sizes that graphs are compiled for."""
    sizes: list[list[int]] = []
    own = module._Compiled._compiled

    def remembered(self: Any, shape: tuple[int, ...]) -> Any:
        sizes.append(list(shape[2:]))
        return own(self, shape)

    monkeypatch.setattr(module._Compiled, "_compiled", remembered)
    return sizes


def backend(**options: Any) -> OpenVINOBackend:
    return OpenVINOBackend(find("ecbsr_tiny_x4").graph_path, "float32", **options)


def test_many_small_sizes_share_one_form_of_the_graph(compiled: list[list[int]]) -> None:
    network = backend()
    for side in (20, 21, 22, 23, 20):
        network.upscale(noise(side, 30))
    assert compiled == [[20, 30], [-1, -1]]


def test_size_that_comes_again_at_once_is_compiled_for(compiled: list[list[int]]) -> None:
    network = backend()
    for side in (20, 21, 22, 22, 22):
        network.upscale(noise(side, 30))
    assert compiled == [[20, 30], [-1, -1], [22, 30]]


def test_large_size_is_compiled_for(compiled: list[list[int]]) -> None:
    network = backend()
    network.upscale(noise(20, 30))
    network.upscale(noise(300, 300))
    assert compiled == [[20, 30], [300, 300]]


def test_eight_bit_is_always_compiled_for(compiled: list[list[int]]) -> None:
    network = OpenVINOBackend(find("ecbsr_tiny_x4").eight_bit_path, "int8")
    for side in (20, 21):
        network.upscale(noise(side, 30))
    assert compiled == [[20, 30], [21, 30]]


def test_all_forms_give_the_same_answers() -> None:
    network = backend()
    for height, width in ((20, 30), (31, 40), (17, 64)):
        first, again = network.upscale(noise(height, width)), network.upscale(noise(height, width))
        alone = backend().upscale(noise(height, width))
        assert np.abs(first - alone).max() < 1e-5
        assert np.abs(again - alone).max() < 1e-5


def test_callers_at_a_time_get_their_own_answers() -> None:
    network, images = backend(together=3), [noise(20 + number % 5, 40) for number in range(24)]
    expected = [backend().upscale(image) for image in images[:5]]
    barrier = Barrier(3)

    def ask(number: int) -> bool:
        if number < 3:
            barrier.wait(10)
        return bool(np.abs(network.upscale(images[number]) - expected[number % 5]).max() < 1e-5)

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(ask, range(24)))
