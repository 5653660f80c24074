"""A colour image through a network of luma."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from samples.backends import Repeater
from samples.pictures import noise

from superres.image.colour import rgb_to_luma, rgb_to_ycbcr
from superres.image.picture import Picture
from superres.image.pixels import to_planes
from superres.image.resize import resize
from superres.inference.backends.backend import Backend, Planes
from superres.inference.luma import upscale_luma
from superres.inference.request import Plan
from superres.inference.upscaler import upscale_picture
from superres.models.card import Card


class LumaRepeater(Repeater):
    """Repeats the pixels of luma, and remembers the values it was given."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(channels=1, **settings)
        self.seen: list[Planes] = []

    def card(self) -> Card:
        return replace(super().card(), colour="luma")

    def upscale(self, low: Planes) -> Planes:
        self.seen.append(low)
        return super().upscale(low)


def enlarged(pixels: Any, backend: Backend, tile_size: int = 512) -> Any:
    plan = Plan(scale=backend.card().scale, passes=(backend,), tile_size=tile_size)
    return upscale_picture(Picture(pixels=pixels), plan).pixels


def test_network_sees_luma_in_the_studio_range_and_nothing_else() -> None:
    backend, low = LumaRepeater(), to_planes(noise(9, 8, 3))
    upscale_luma(low, backend)
    assert backend.shapes == [(1, 1, 9, 8)]
    assert backend.seen[0][0] == pytest.approx(rgb_to_luma(low), abs=1e-6)


@pytest.mark.parametrize("scale", [2, 3])
def test_luma_is_the_networks_and_the_colours_are_interpolated_as_imresize_does(scale: int) -> None:
    low = to_planes(noise(9, 8, 3))
    before, after = rgb_to_ycbcr(low), rgb_to_ycbcr(upscale_luma(low, LumaRepeater(scale=scale)))
    assert after[:1] == pytest.approx(before[:1].repeat(scale, 1).repeat(scale, 2), abs=1e-5)
    assert after[1:] == pytest.approx(resize(before[1:], scale=scale), abs=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_grey_value_survives(dtype: type) -> None:
    values = np.arange(np.iinfo(dtype).max + 1).astype(dtype).reshape(-1, 256, 1)
    assert np.array_equal(enlarged(values, LumaRepeater()), values.repeat(2, 0).repeat(2, 1))


def test_grey_image_is_enlarged_as_an_rgb_image_without_colour() -> None:
    backend, grey = LumaRepeater(), noise(11, 7, 1)
    assert np.array_equal(enlarged(grey, backend).repeat(3, 2), enlarged(grey.repeat(3, 2), backend))


@pytest.mark.parametrize("overlap", [0, 1, 5])
@pytest.mark.parametrize("scale", [2, 3])
def test_tiles_together_are_the_whole(scale: int, overlap: int) -> None:
    pixels, backend = noise(60, 47, 3), LumaRepeater(scale=scale, overlap=overlap)
    assert np.array_equal(enlarged(pixels, backend, tile_size=16), enlarged(pixels, backend))
    assert len(backend.shapes) > 2


def test_image_smaller_than_the_network_takes_is_padded_and_cropped() -> None:
    backend, pixels = LumaRepeater(minimum_size=15), noise(1, 4, 3)
    assert np.array_equal(enlarged(pixels, backend), enlarged(pixels, LumaRepeater()))
    assert backend.shapes == [(1, 1, 15, 15)]
