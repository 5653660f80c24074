"""Enlarging pictures: what must be true with any network."""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from samples.backends import Altered, AnyScale, Repeater
from samples.enlarged import upscale_file

import superres
from superres.errors import (
    ExistingFileError,
    ImageTooLargeError,
    InvalidImageError,
    InvalidRequestError,
    SuperResError,
    UnreadableFileError,
)
from superres.image.files import read_picture, write_picture
from superres.image.picture import Metadata, Picture
from superres.inference import passes
from superres.inference.backends.backend import Backend
from superres.inference.request import Plan
from superres.inference.upscaler import upscale, upscale_picture


def noise(*shape: int, dtype: type = np.uint8) -> Any:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def through(*passes: Backend, scale: float | None = None, tile_size: int = 512) -> Plan:
    reached = Plan(scale=1, passes=passes, tile_size=tile_size).reached
    return Plan(scale=scale or reached, passes=passes, tile_size=tile_size)


def repeated(pixels: Any, times: int) -> Any:
    return pixels.repeat(times, 0).repeat(times, 1)


@pytest.mark.parametrize("tile_size", [8, 20, 64, 512])
@pytest.mark.parametrize("size", [(1, 1), (7, 50), (64, 33)])
def test_tiles_together_are_the_whole(tile_size: int, size: tuple[int, int]) -> None:
    pixels = noise(*size, 3)
    enlarged = upscale_picture(Picture(pixels=pixels), through(Repeater(grid=3, overlap=1), tile_size=tile_size))
    assert np.array_equal(enlarged.pixels, repeated(pixels, 2))


def test_tiles_are_no_larger_than_asked() -> None:
    backend = Repeater(grid=2, overlap=4)
    upscale_picture(Picture(pixels=noise(100, 90, 3)), through(backend, tile_size=40))
    assert max(prod(shape[2:]) for shape in backend.shapes) <= 40**2


@pytest.mark.parametrize("tile_size", [8, 30, 64])
@pytest.mark.parametrize("scale", [1.1, 1.5, 2, 2.7, 10 / 3, 3.125])
def test_tiles_at_any_scale_are_the_whole(scale: float, tile_size: int) -> None:
    pixels = noise(75, 61, 3)
    whole, tiles = AnyScale(scale), AnyScale(scale, overlap=1)
    expected = upscale_picture(Picture(pixels=pixels), through(whole, scale=scale))
    enlarged = upscale_picture(Picture(pixels=pixels), through(tiles, scale=scale, tile_size=tile_size))
    assert enlarged.pixels.shape == (round(75 * scale), round(61 * scale), 3)
    assert np.array_equal(enlarged.pixels, expected.pixels)
    # Tiles of 42 pixels are the smallest that begin at even multiples of ten twice, with the context.
    assert max(prod(shape[2:]) for shape in tiles.shapes) <= max(tile_size, 42) ** 2


def test_scale_without_plain_fraction_is_one_tile() -> None:
    backend = AnyScale(3.14159265)
    upscale_picture(Picture(pixels=noise(70, 60, 3)), through(backend, scale=3.14159265, tile_size=16))
    assert backend.shapes == [(1, 3, 70, 60)]


def test_pass_at_any_scale_is_not_reduced_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "resize_strips", None)
    upscale_picture(Picture(pixels=noise(21, 30, 3)), through(AnyScale(2.7), scale=2.7))


def test_network_whose_tiles_disagree_sees_the_whole_image() -> None:
    backend = Repeater(grid=2, overlap=4, tiles_are_exact=False)
    upscale_picture(Picture(pixels=noise(100, 90, 3)), through(backend, tile_size=40))
    assert backend.shapes == [(1, 3, 100, 90)]


def test_all_tiles_of_an_image_have_one_shape() -> None:
    backend = Repeater(grid=2, overlap=4)
    upscale_picture(Picture(pixels=noise(100, 90, 3)), through(backend, tile_size=40))
    assert len(set(backend.shapes)) == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_integer_value_survives(dtype: type) -> None:
    values = np.arange(np.iinfo(dtype).max + 1).astype(dtype).reshape(-1, 256, 1)
    enlarged = upscale_picture(Picture(pixels=values), through(Repeater()))
    assert enlarged.pixels.dtype == dtype
    assert np.array_equal(enlarged.pixels, repeated(values, 2))


def test_grey_stays_grey_through_a_network_of_three_channels() -> None:
    backend = Repeater()
    enlarged = upscale_picture(Picture(pixels=noise(9, 9, 1)), through(backend))
    assert backend.shapes == [(1, 3, 9, 9)]
    assert enlarged.pixels.shape == (18, 18, 1)


def test_network_of_one_channel_sees_each_colour_on_its_own() -> None:
    backend = Repeater(channels=1)
    pixels = noise(9, 9, 3)
    enlarged = upscale_picture(Picture(pixels=pixels), through(backend))
    assert backend.shapes == [(3, 1, 9, 9)]
    assert np.array_equal(enlarged.pixels, repeated(pixels, 2))


def test_image_smaller_than_the_network_takes_is_padded_and_cropped() -> None:
    backend = Repeater(minimum_size=15)
    pixels = noise(1, 20, 3)
    enlarged = upscale_picture(Picture(pixels=pixels), through(backend))
    assert backend.shapes == [(1, 3, 15, 20)]
    assert np.array_equal(enlarged.pixels, repeated(pixels, 2))


def test_values_outside_the_range_are_clipped() -> None:
    enlarged = upscale_picture(Picture(pixels=noise(4, 4, 3)), through(Altered(lambda planes: planes * 9 - 4)))
    assert (enlarged.pixels.min(), enlarged.pixels.max()) == (0, 255)


def test_passes_multiply() -> None:
    pixels = noise(5, 6, 3)
    enlarged = upscale_picture(Picture(pixels=pixels), through(Repeater(scale=4), Repeater(scale=2)))
    assert np.array_equal(enlarged.pixels, repeated(pixels, 8))


def test_scale_between_two_networks_is_reached_by_reduction() -> None:
    flat = np.full((10, 11, 3), 77, np.uint8)
    enlarged = upscale_picture(Picture(pixels=flat), through(Repeater(), scale=1.5))
    assert enlarged.pixels.shape == (15, 16, 3)
    assert np.all(enlarged.pixels == 77)


def test_alpha_is_enlarged_with_the_colours() -> None:
    pixels, alpha = noise(6, 6, 3), noise(6, 6)
    enlarged = upscale_picture(Picture(pixels=pixels, alpha=np.maximum(alpha, 1)), through(Repeater()))
    assert enlarged.alpha is not None
    assert np.array_equal(enlarged.alpha, repeated(np.maximum(alpha, 1), 2))
    assert np.array_equal(enlarged.pixels, repeated(pixels, 2))


def test_constant_alpha_costs_no_second_run() -> None:
    backend = Repeater()
    opaque = np.full((6, 6), 255, np.uint8)
    enlarged = upscale_picture(Picture(pixels=noise(6, 6, 3), alpha=opaque), through(backend))
    assert len(backend.shapes) == 1
    assert enlarged.alpha is not None
    assert np.all(enlarged.alpha == 255)
    assert enlarged.alpha.shape == (12, 12)


def test_colours_hidden_by_transparency_do_not_reach_the_network() -> None:
    seen: list[float] = []
    pixels = np.full((8, 8, 3), 200, np.uint8)
    alpha = np.full((8, 8), 255, np.uint8)
    pixels[:, 4:], alpha[:, 4:] = 0, 0
    remember = Altered(lambda planes: (seen.append(float(planes.min())), planes)[1])
    upscale_picture(Picture(pixels=pixels, alpha=alpha), through(remember))
    assert seen[0] == pytest.approx(200 / 255)


def test_metadata_travels() -> None:
    metadata = Metadata(icc=b"profile", xmp=b"xmp")
    assert upscale_picture(Picture(pixels=noise(4, 4, 3), metadata=metadata), through(Repeater())).metadata == metadata


def test_watcher_sees_all_work_once() -> None:
    seen: list[tuple[int, int]] = []
    plan = through(Repeater(grid=2, overlap=2), Repeater(), tile_size=16)
    upscale_picture(Picture(pixels=noise(30, 20, 3)), plan, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (30 * 20 * (1 + 4), 30 * 20 * (1 + 4))
    assert seen == sorted(seen)


def test_result_beyond_the_limit_is_refused_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "MAX_OUTPUT_PIXELS", 1000)
    backend = Repeater()
    with pytest.raises(ImageTooLargeError, match="would have 40×40 pixels"):
        upscale_picture(Picture(pixels=noise(20, 20, 3)), through(backend))
    assert backend.shapes == []


def test_file_becomes_a_file(tmp_path: Path) -> None:
    write_picture(tmp_path / "in.png", Picture(pixels=noise(6, 5, 3)))
    sizes = upscale_file(tmp_path / "in.png", tmp_path / "out.png", through(Repeater()))
    assert (sizes.height, sizes.width, sizes.new_height, sizes.new_width) == (6, 5, 12, 10)
    assert read_picture(tmp_path / "out.png").pixels.shape == (12, 10, 3)


def test_existing_result_is_refused_before_the_work(tmp_path: Path) -> None:
    write_picture(tmp_path / "in.png", Picture(pixels=noise(6, 5, 3)))
    (tmp_path / "out.png").write_bytes(b"old")
    backend = Repeater()
    with pytest.raises(ExistingFileError):
        upscale_file(tmp_path / "in.png", tmp_path / "out.png", through(backend))
    assert backend.shapes == []
    assert (tmp_path / "out.png").read_bytes() == b"old"


def test_unreadable_input_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in.png").write_bytes(b"no image")
    with pytest.raises(UnreadableFileError):
        upscale_file(tmp_path / "in.png", tmp_path / "out.png", through(Repeater()))
    assert [path.name for path in tmp_path.iterdir()] == ["in.png"]


@pytest.mark.parametrize("shape", [(20, 16), (20, 16, 1), (20, 16, 2), (20, 16, 3), (20, 16, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_array_keeps_its_layout_and_type(shape: tuple[int, ...], dtype: type) -> None:
    enlarged = superres.upscale(noise(*shape, dtype=dtype), scale=2)
    assert enlarged.shape == (40, 32, *shape[2:])
    assert enlarged.dtype == dtype


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4), np.float32), np.zeros((4, 4, 5), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_array_that_is_no_image_is_refused(image: NDArray[np.uint8]) -> None:
    with pytest.raises(InvalidImageError, match=r"an image is an array \(H, W\)"):
        upscale(image)


@pytest.mark.parametrize("scale", [0, 1, -2, 17, float("nan"), float("inf")])
def test_scale_that_makes_no_sense_is_refused(scale: float) -> None:
    with pytest.raises(InvalidRequestError, match="above 1 and at most 16"):
        upscale(noise(4, 4, 3), scale=scale)


def test_unknown_model_is_refused_with_the_nearest() -> None:
    with pytest.raises(SuperResError, match="nearest: rlfn_compact_x4"):
        upscale(noise(4, 4, 3), model="rlfn_compct_x4")


def test_pillow_image_is_taken() -> None:
    from PIL import Image

    assert superres.upscale(Image.fromarray(noise(16, 16, 3)), scale=2).shape == (32, 32, 3)


def test_pillow_image_with_a_palette_gives_its_colours() -> None:
    from PIL import Image

    image = Image.fromarray(np.full((16, 16, 3), (200, 30, 90), np.uint8)).convert("P", palette=Image.Palette.ADAPTIVE)
    assert np.array_equal(superres.upscale(image, scale=2), superres.upscale(image.convert("RGB"), scale=2))
    image.info["transparency"] = 0
    assert superres.upscale(image, scale=2).shape == (32, 32, 4)
    white = Image.new("1", (16, 16), 1)
    assert np.array_equal(superres.upscale(white, scale=2), superres.upscale(white.convert("L"), scale=2))


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "LAB", "HSV", "RGBX"])
def test_pillow_image_of_other_values_is_refused(mode: str) -> None:
    from PIL import Image

    with pytest.raises(InvalidImageError, match=f"of the mode {mode} was given; convert it"):
        superres.upscale(Image.new(mode, (16, 16)), scale=2)


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        (np.zeros((8, 8, 3), np.float32), "values from 0 to 1 become such an array"),
        (np.zeros((3, 8, 8), np.uint8), "channels come last"),
        ("photo.jpg", "files are enlarged by upscale_file"),
    ],
)
def test_what_was_perhaps_meant_is_said(image: object, hint: str) -> None:
    with pytest.raises(InvalidImageError, match=hint):
        superres.upscale(image, scale=2)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (14, 15), (15, 15), (16, 31)])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_tiny_images_are_enlarged(size: tuple[int, int], scale: int) -> None:
    assert superres.upscale(noise(*size, 3), scale=scale).shape == (scale * size[0], scale * size[1], 3)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_flat_colour_stays_as_it_is_inside(scale: int) -> None:
    flat = np.full((64, 64, 3), (200, 30, 90), np.uint8)
    inside = superres.upscale(flat, scale=scale)[24 * scale : 40 * scale, 24 * scale : 40 * scale]
    assert np.abs(inside.astype(int) - (200, 30, 90)).max() <= 2
