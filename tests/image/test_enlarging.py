"""Enlarging by a whole factor."""

import numpy as np
import pytest
import torch

from superres.errors import InvalidRequestError, UnknownNameError
from superres.image.enlarging import REACH, enlarge
from superres.image.resize import KERNELS, Kernel, resize


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3), (9, 10)])
def test_answer_is_that_of_resize(kernel: Kernel, scale: int, size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random((2, *size))
    assert enlarge(image, scale, kernel) == pytest.approx(resize(image, scale=scale, kernel=kernel), abs=1e-12)


def test_bicubic_follows_the_definition() -> None:
    # Keys' kernel with a = -0.5 at the distances 1.75, 1.25, 0.75 and 0.25, by hand.
    row = np.array([[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]])
    half = [0, -0.0234375, -0.0703125, 0.2265625, 0.8671875]
    assert enlarge(row, 2)[0].tolist() == pytest.approx([*half, *half[::-1], 0, 0])


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", [2, 3, 5])
def test_a_part_and_the_whole_agree_bit_by_bit(kernel: Kernel, scale: int) -> None:
    image = np.random.default_rng(0).random((2, 100, 90), np.float32)
    part = enlarge(image[:, 31:60, 17:50], scale, kernel)
    inside = slice(REACH * scale, -REACH * scale)
    same = enlarge(image, scale, kernel)[:, 31 * scale : 60 * scale, 17 * scale : 50 * scale]
    assert np.array_equal(part[:, inside, inside], same[:, inside, inside])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tensors_are_enlarged_as_arrays_are(dtype: torch.dtype) -> None:
    image = torch.rand(2, 3, 6, 5, dtype=dtype)
    enlarged = enlarge(image, 3)
    assert enlarged.dtype == dtype
    assert enlarged.numpy() == pytest.approx(enlarge(image.numpy(), 3), abs=1e-6)


def test_gradient_flows_back_in_full() -> None:
    # Each input pixel is spread over scale² output pixels.
    image = torch.rand(1, 1, 6, 6, requires_grad=True)
    enlarge(image, 2).sum().backward()
    assert image.grad is not None
    torch.testing.assert_close(image.grad, torch.full((1, 1, 6, 6), 4.0))


def test_scale_below_one_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="at least 1, got 0"):
        enlarge(np.zeros((4, 4)), 0)


def test_unknown_kernel_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="bicubic"):
        enlarge(np.zeros((4, 4)), 2, "bicubik")  # pyright: ignore[reportArgumentType]
