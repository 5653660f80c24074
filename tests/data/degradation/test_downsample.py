"""The classical degradation, bit by bit."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples.benchmarks import set5_pairs
from samples.pictures import noise

from superres.data.degradation.downsample import Resize, bicubic_reduction
from superres.data.degradation.planes import pixels_of, planes_of
from superres.errors import InvalidImageError
from superres.image.resize import Kernel


@pytest.mark.data
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_reductions_of_set_five_equal_matlabs_bit_by_bit(superres_data: Path, scale: int) -> None:
    # MATLAB's own imresize made them; SwinIR's repository holds them.
    pairs = list(set5_pairs(superres_data, scale))
    assert len(pairs) == 5
    for low, high in pairs:
        np.testing.assert_array_equal(bicubic_reduction(high, scale), low, strict=True)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(2, 16))
def test_result_has_the_sides_divided_by_the_scale(rows: int, columns: int, scale: int) -> None:
    assert bicubic_reduction(noise(rows * scale, columns * scale, 1), scale).shape == (rows, columns, 1)


def test_flat_colour_stays() -> None:
    flat = np.full((12, 18, 3), (3, 128, 255), np.uint8)
    np.testing.assert_array_equal(bicubic_reduction(flat, 3), flat[:4, :6])


@pytest.mark.parametrize("size", [(9, 8), (8, 9)])
def test_side_that_is_no_multiple_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidImageError, match=f"{size[1]}×{size[0]} pixels cannot be reduced ×4; crop it"):
        bicubic_reduction(noise(*size, 3), 4)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_rounded_step_is_the_classical_reduction(scale: int) -> None:
    pixels = noise(24, 36, 3)
    step = Resize(scale=scale, is_rounded=True)
    np.testing.assert_array_equal(
        pixels_of(step.apply(planes_of(pixels), (24, 36))), bicubic_reduction(pixels, scale), strict=True
    )


@pytest.mark.parametrize("kernel", ["area", "bilinear", "bicubic", "lanczos3", "nearest"])
def test_every_kernel_goes_down_and_up_to_the_stated_size(kernel: Kernel) -> None:
    planes = planes_of(noise(24, 36, 3))
    small = Resize(scale=3.7, kernel=kernel).apply(planes, (24, 36))
    assert small.shape == (3, 6, 10)
    assert Resize(scale=2, kernel=kernel).apply(small, (24, 36)).shape == (3, 12, 18)
    assert small.dtype == np.float32


def test_area_is_the_mean_of_each_block() -> None:
    planes = planes_of(noise(8, 12, 3))
    expected = planes.reshape(3, 2, 4, 3, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(Resize(scale=4, kernel="area").apply(planes, (8, 12)), expected, atol=1e-3)
