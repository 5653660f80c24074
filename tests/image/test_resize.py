"""Resizing as MATLAB does it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from samples.pictures import noise

from superres.errors import InvalidImageError, InvalidRequestError, UnknownNameError
from superres.image.colour import rgb_to_luma
from superres.image.files import image_files, read_picture
from superres.image.geometry import crop_to_multiple, shave
from superres.image.pixels import to_planes
from superres.image.resize import KERNELS, Kernel, resize, resize_integers


def test_cubic_enlargement_follows_the_definition() -> None:
    # Keys' kernel with a = -0.5 at the distances 1.75, 1.25, 0.75 and 0.25 that MATLAB's centres have, by hand.
    row = np.array([[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]])
    half = [0, -0.0234375, -0.0703125, 0.2265625, 0.8671875]
    assert resize(row, scale=(1, 2))[0].tolist() == pytest.approx([*half, *half[::-1], 0, 0])


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", [1 / 4, 0.7, 1.5, 3])
def test_flat_image_stays_flat(kernel: Kernel, scale: float) -> None:
    assert resize(np.full((20, 17), 0.3), scale=scale, kernel=kernel) == pytest.approx(0.3)


@pytest.mark.parametrize("kernel", KERNELS)
def test_scale_of_one_changes_nothing(kernel: Kernel) -> None:
    image = np.random.default_rng(0).random((3, 9, 8))
    assert resize(image, scale=1, kernel=kernel) == pytest.approx(image)


def test_area_reduction_is_the_mean_of_each_block() -> None:
    image = np.random.default_rng(0).random((8, 12))
    assert resize(image, scale=1 / 4, kernel="area") == pytest.approx(image.reshape(2, 4, 3, 4).mean((1, 3)))


def test_nearest_enlargement_repeats_pixels() -> None:
    image = np.random.default_rng(0).random((3, 4))
    assert np.array_equal(resize(image, scale=3, kernel="nearest"), image.repeat(3, 0).repeat(3, 1))


def test_bilinear_enlargement_equals_pytorchs() -> None:
    image = torch.rand(1, 2, 7, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.interpolate(image, scale_factor=2, mode="bilinear", align_corners=False)
    assert torch.allclose(resize(image, scale=2, kernel="bilinear"), expected)


def test_size_of_the_result_is_rounded_up() -> None:
    assert resize(np.zeros((10, 11)), scale=1 / 3).shape == (4, 4)
    assert resize(np.zeros((10, 11)), size=(7, 30)).shape == (7, 30)


def test_result_flips_with_the_image() -> None:
    image = np.random.default_rng(0).random((11, 13))
    assert resize(image[::-1, ::-1], size=(27, 33)) == pytest.approx(resize(image, size=(27, 33))[::-1, ::-1])
    assert resize(image[::-1, ::-1], scale=2) == pytest.approx(resize(image, scale=2)[::-1, ::-1])


def test_tensors_and_arrays_give_the_same_values() -> None:
    image = np.random.default_rng(0).random((2, 3, 9, 8))
    assert resize(torch.from_numpy(image), scale=1 / 2).numpy() == pytest.approx(resize(image, scale=1 / 2), abs=1e-14)


def test_gradient_reaches_the_image() -> None:
    image = torch.rand(1, 1, 8, 8, requires_grad=True)
    resize(image, scale=1 / 2).sum().backward()
    assert image.grad is not None
    assert image.grad.sum() == pytest.approx(16, abs=1e-4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_integers_are_rounded_after_each_pass(dtype: Any) -> None:
    pixels = noise(16, 12, dtype=dtype)
    rows = np.clip(np.floor(resize(pixels.astype(float), scale=(0.5, 1)) + 0.5), 0, np.iinfo(dtype).max)
    both = np.clip(np.floor(resize(rows, scale=(1, 0.5)) + 0.5), 0, np.iinfo(dtype).max)
    assert np.array_equal(resize_integers(pixels, scale=0.5), both.astype(dtype))


@pytest.mark.parametrize(("size", "first"), [((8, 3), 1), ((4, 6), 0), ((8, 6), 0)])
def test_axis_that_shrinks_more_comes_first(size: tuple[int, int], first: int) -> None:
    pixels = noise(16, 12)
    half_way = (size[0], 12) if first == 0 else (16, size[1])
    assert np.array_equal(
        resize_integers(pixels, size=size), resize_integers(resize_integers(pixels, size=half_way), size=size)
    )


def test_large_images_are_resized_in_strips_without_a_trace() -> None:
    pixels = noise(700, 10, 3)
    whole = np.stack([resize_integers(pixels[..., channel], size=(931, 13)) for channel in range(3)], axis=2)
    assert np.array_equal(resize_integers(pixels, size=(931, 13)), whole)


@pytest.mark.data
@pytest.mark.parametrize(("scale", "published"), [(2, 33.66), (3, 30.39), (4, 28.42)])
def test_bicubic_on_luma_gives_the_published_figures_of_set_five(
    superres_data: Path, scale: int, published: float
) -> None:
    # As VDSR (arXiv:1511.04587, table 2) and SRCNN's code: luma in whole steps, reduced and enlarged as it is.
    values: list[float] = []
    for path in image_files(superres_data / "testsets" / "Set5" / "HR"):
        high = to_planes(crop_to_multiple(read_picture(path).pixels, scale)).astype(np.float64)
        luma = np.floor(rgb_to_luma(high) * 255 + 0.5)
        restored = np.floor(resize(resize(luma, scale=1 / scale), scale=scale) + 0.5).clip(0, 255)
        values.append(10 * np.log10(255**2 / np.square(shave(restored - luma, scale)).mean()))
    assert np.mean(values) == pytest.approx(published, abs=0.005)


def test_unknown_kernel_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="nearest: bicubic"):
        resize(np.zeros((4, 4)), scale=2, kernel="bicubik")  # type: ignore[arg-type]


@pytest.mark.parametrize("arguments", [{}, {"scale": 2, "size": (4, 4)}, {"scale": 0}, {"scale": -1}, {"size": (0, 4)}])
def test_sizes_that_make_no_sense_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="resizing needs"):
        resize(np.zeros((4, 4)), **arguments)


def test_integers_and_floats_are_not_confused() -> None:
    with pytest.raises(InvalidImageError, match="resize_integers takes pixels"):
        resize(np.zeros((4, 4), np.uint8), scale=2)
    with pytest.raises(InvalidImageError, match="needs pixels of uint8 or uint16"):
        resize_integers(np.zeros((4, 4)), scale=2)  # type: ignore[arg-type]
