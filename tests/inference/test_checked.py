"""Answers that are numbers."""

import logging
from pathlib import Path

import numpy as np
import pytest

from superres.errors import InvalidWeightsError
from superres.image.files import read_picture
from superres.image.pixels import to_integers, to_planes
from superres.inference.backends.backend import Backend, ByteBackend, Planes
from superres.inference.backends.catalogue import open_model
from superres.inference.checked import CheckedBackend
from superres.inference.precision import Precision
from superres.inference.request import Request, plan
from superres.inference.upscaler import upscale
from superres.models.card import Card
from superres.models.manifest import find
from superres.models.weights import load_network, write_weights

EXAMPLE = Path(__file__).parents[2] / "examples" / "lighthouse.webp"
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


class Bytes(Failing):
    """Makes the bytes itself, and tells whether its values were numbers."""

    def upscale_to_bytes(self, low: Planes) -> tuple[np.ndarray, float]:
        values = self.upscale(low)
        return np.full((1, 4, 5, 3), 7, np.uint8), float(values.sum())


def test_bytes_are_the_engines_own_where_it_makes_them_and_otherwise_rounded_here() -> None:
    own = CheckedBackend(lambda precision: Bytes(precision, {}), "float32")
    assert np.all(own.pixels(IMAGE) == 7)
    plain, _ = checked("float32", {})
    assert np.array_equal(plain.pixels(IMAGE), np.full((1, 4, 5, 3), 128, np.uint8)), "127.5 is rounded upwards"


def test_bytes_of_values_that_are_no_numbers_are_made_anew_in_a_wider_precision() -> None:
    opened: list[Precision] = []

    def reopened(asked: Precision) -> Backend:
        opened.append(asked)
        return Bytes(asked, {"bfloat16": np.nan})

    backend = CheckedBackend(reopened, "bfloat16")
    assert np.all(backend.pixels(IMAGE) == 7)
    assert opened == ["bfloat16", "float32"]


@pytest.mark.parametrize(("precision", "share"), [("float32", 1e-4), ("bfloat16", 1e-4), ("int8", 0.05)])
def test_bytes_of_openvino_are_those_that_its_planes_round_to(precision: Precision, share: float) -> None:
    """But for ties, and in 8 bit for what the engine joins in another order."""
    photograph = to_planes(read_picture(EXAMPLE).pixels[40:136, 30:150])[None]
    backend = open_model("rlfn_compact_x2", precision, engine="openvino")
    assert isinstance(backend, ByteBackend)
    found, total = backend.upscale_to_bytes(photograph)
    planes = backend.upscale(photograph)
    expected = to_integers(planes[0], np.uint8)
    assert found.shape == (1, *expected.shape)
    assert np.abs(found[0].astype(int) - expected).max() <= 1
    assert np.mean(found[0] != expected) < share
    assert total == pytest.approx(float(planes.sum()), rel=1e-3)


def test_every_plan_is_checked(tmp_path: Path) -> None:
    network, card = load_network("ecbsr_tiny_x4")
    tensors = network.state_dict()
    tensors["convolutions.0.bias"][0] = np.nan
    write_weights(tmp_path / "broken.safetensors", tensors, card)
    with pytest.raises(InvalidWeightsError, match="no numbers"):
        upscale(np.zeros((8, 8, 3), np.uint8), model=str(tmp_path / "broken.safetensors"))
    assert all(isinstance(backend, CheckedBackend) for backend in plan(Request(texture=0.5)).passes)
    assert find("ecbsr_tiny_x4").card == card
