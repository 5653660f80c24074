"""Answers that are numbers."""

import logging
from pathlib import Path

import numpy as np
import pytest

from superres.errors import InvalidWeightsError
from superres.inference.backends.backend import Backend, Planes
from superres.inference.checked import CheckedBackend
from superres.inference.precision import Precision
from superres.inference.request import Request, plan
from superres.inference.upscaler import upscale
from superres.models.card import Card
from superres.models.manifest import find
from superres.models.weights import load_network, write_weights

CARD = Card(name="mine_x1", architecture="rlfn", config={}, scale=1)
IMAGE = np.full((1, 3, 4, 5), 0.5, np.float32)


class Failing:
    """Answers with its input, but in some precisions one value is spoilt."""

    def __init__(self, precision: Precision, spoilt: dict[Precision, float]) -> None:
        self.precision: Precision = precision
        self.value = spoilt.get(precision)

    def card(self) -> Card:
        return CARD

    def describe(self) -> str:
        return f"engine, {self.precision}"

    def upscale(self, low: Planes) -> Planes:
        high = low.copy()
        if self.value is not None:
            high[0, 1, 2, 3] = self.value
        return high


def checked(precision: Precision, spoilt: dict[Precision, float]) -> tuple[CheckedBackend, list[Precision]]:
    opened: list[Precision] = []

    def reopened(asked: Precision) -> Backend:
        opened.append(asked)
        return Failing(asked, spoilt)

    return CheckedBackend(reopened, precision), opened


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_wider_precision_takes_the_place_of_one_that_fails_and_says_so_once(
    value: float, caplog: pytest.LogCaptureFixture
) -> None:
    backend, opened = checked("bfloat16", {"bfloat16": value})
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert np.array_equal(backend.upscale(IMAGE), IMAGE)
    assert opened == ["bfloat16", "float32"]
    assert [record.message for record in caplog.records] == [
        "mine_x1 gave values that are no numbers with engine, bfloat16; engine, float32 goes on"
    ]


def test_int8_falls_back_to_what_auto_is_and_then_to_float32() -> None:
    backend, opened = checked("int8", {"int8": np.nan, "auto": np.nan})
    assert np.array_equal(backend.upscale(IMAGE), IMAGE)
    assert opened == ["int8", "auto", "float32"]


def test_network_that_gives_no_numbers_in_float32_is_refused() -> None:
    backend, _ = checked("float32", {"float32": np.nan})
    with pytest.raises(InvalidWeightsError, match="mine_x1 gave values that are no numbers with engine, float32"):
        backend.upscale(IMAGE)


def test_numbers_are_left_alone() -> None:
    backend, opened = checked("auto", {})
    assert np.array_equal(backend.upscale(IMAGE), IMAGE)
    assert opened == ["auto"]
    assert backend.describe() == "engine, auto"


def test_every_plan_is_checked(tmp_path: Path) -> None:
    network, card = load_network("ecbsr_tiny_x4")
    tensors = network.state_dict()
    tensors["convolutions.0.bias"][0] = np.nan
    write_weights(tmp_path / "broken.safetensors", tensors, card)
    with pytest.raises(InvalidWeightsError, match="no numbers"):
        upscale(np.zeros((8, 8, 3), np.uint8), model=str(tmp_path / "broken.safetensors"))
    assert all(isinstance(backend, CheckedBackend) for backend in plan(Request(texture=0.5)).passes)
    assert find("ecbsr_tiny_x4").card == card
