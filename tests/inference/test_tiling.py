"""Tiles for networks, and images in parts where memory ends."""

import logging
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from samples.backends import AnyScale, Repeater

from superres.inference import tiling
from superres.inference.backends.backend import Backend, Planes
from superres.inference.request import Request, plan
from superres.inference.tiling import FrugalBackend, tiles_for, usual_tile_size
from superres.models.card import Card

CARD = Card(name="a", architecture="none", config={}, scale=2, grid=6, overlap=30, minimum_size=15)


def noise(*shape: int) -> Any:
    return np.random.default_rng(0).random(shape, np.float32)


class Poor(Repeater):
    """Has memory for inputs of so many pixels."""

    def __init__(self, pixels: int, **options: Any) -> None:
        super().__init__(**options)
        self.pixels = pixels

    def upscale(self, low: Planes) -> Planes:
        if low.shape[2] * low.shape[3] > self.pixels:
            self.shapes.append(low.shape)
            raise MemoryError
        return super().upscale(low)


def test_tiles_lie_on_the_grid_of_the_network_and_of_the_scale() -> None:
    starts = {tile.source.top for tile in tiles_for(CARD, 1.25, 900, 900, 200)}
    assert len(starts) > 3
    # At ×1.25 halves occur: multiples of eight input pixels end on pixels that are rounded alike.
    assert all(start % 24 == 0 for start in starts)


def test_network_whose_tiles_do_not_agree_gets_the_whole() -> None:
    assert len(tiles_for(replace(CARD, tiles_are_exact=False), 2, 900, 700, 100)) == 1


def test_network_of_luma_gets_what_its_colours_need() -> None:
    luma = Card(name="a", architecture="none", config={}, scale=2, overlap=0, channels=1, colour="luma")
    first, second = tiles_for(luma, 2, 8, 100, 22)[:2]
    assert first.source.right - second.source.left >= 4


@pytest.mark.parametrize("pixels", [100, 400, 5000])
def test_parts_together_are_what_the_whole_would_be(pixels: int) -> None:
    poor, low = Poor(pixels, grid=2, overlap=2), noise(1, 3, 50, 61)
    rich = Repeater()
    assert np.array_equal(FrugalBackend(poor).upscale(low), rich.upscale(low))
    seen, total = FrugalBackend(Poor(pixels, grid=2, overlap=2)).upscale_to_bytes(low)
    expected, expected_total = FrugalBackend(rich).upscale_to_bytes(low)
    assert np.array_equal(seen, expected)
    assert np.isfinite(total)
    assert np.isfinite(expected_total)


def test_any_scale_has_parts_too() -> None:
    class PoorAnyScale(AnyScale):
        def upscale(self, low: Planes) -> Planes:
            if low.shape[2] * low.shape[3] > 900:
                raise MemoryError
            return super().upscale(low)

    low = noise(1, 3, 50, 60)
    assert np.array_equal(FrugalBackend(PoorAnyScale(2.5, overlap=2), 2.5).upscale(low), AnyScale(2.5).upscale(low))


def test_what_was_too_large_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    poor, low = Poor(1000, grid=2, overlap=2), noise(1, 3, 50, 60)
    frugal = FrugalBackend(poor)
    with caplog.at_level(logging.WARNING):
        frugal.upscale(low)
    assert [record.message for record in caplog.records] == ["repetition ran out of memory; smaller tiles go on"]
    poor.shapes.clear()
    frugal.upscale(low)
    assert all(shape[2] * shape[3] <= 1000 for shape in poor.shapes)


def test_memory_for_nothing_is_an_error() -> None:
    with pytest.raises(MemoryError):
        FrugalBackend(Poor(3, grid=2, overlap=2)).upscale(noise(1, 3, 50, 60))


def test_infinite_values_show_in_the_sum_of_the_parts() -> None:
    low = noise(1, 3, 50, 60)
    low[0, 0, 49, 59] = np.inf
    _, total = FrugalBackend(Poor(400, grid=2, overlap=2)).upscale_to_bytes(low)
    assert not np.isfinite(total)


@pytest.mark.parametrize(
    ("instructions", "engine", "has_accelerator", "overlap", "side"),
    [
        (("AVX2", "BF16", "AMX"), "OpenVINO 2026.4.1", False, 30, 560),
        (("AVX2", "BF16"), "OpenVINO 2026.4.1", False, 30, 880),
        (("AVX2", "BF16"), "ncnn 1.0", False, 30, 560),
        (("AVX2", "BF16"), "ncnn 1.0", False, 70, 880),
        (("AVX2", "AMX"), "PyTorch 2.13", True, 30, 880),
        (("AVX2", "AMX"), "OpenVINO 2026.4.1", False, 70, 880),
    ],
)
def test_tiles_are_smaller_where_arithmetic_waits_for_memory_or_the_engine_takes_much(
    monkeypatch: pytest.MonkeyPatch,
    instructions: tuple[str, ...],
    engine: str,
    has_accelerator: bool,
    overlap: int,
    side: int,
) -> None:
    monkeypatch.setattr(tiling, "instructions", lambda: instructions)
    monkeypatch.setattr(tiling, "has_accelerator", lambda: has_accelerator)
    backends = [Mock(Backend), Mock(Backend)]
    for backend, card in zip(backends, (CARD, replace(CARD, overlap=overlap)), strict=True):
        backend.card.return_value, backend.describe.return_value = card, f"{engine}, float32"
    assert usual_tile_size(backends) == side


def test_plan_has_the_tiles_that_were_asked_for_or_else_the_usual_ones() -> None:
    usual = plan(Request(model="bicubic_x4"))
    assert usual.tile_size == usual_tile_size(usual.passes)
    assert plan(Request(model="bicubic_x4", tile_size=300)).tile_size == 300
