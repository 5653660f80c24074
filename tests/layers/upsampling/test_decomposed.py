"""Decomposed transposed convolution."""

import pytest
import torch
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.decomposed import DecomposedTransposedUpsampling


@pytest.mark.parametrize(("scale", "kernel_size"), [(2, 4), (3, 5), (4, 8)])
@torch.no_grad()
def test_it_equals_the_square_kernel_of_rank_one(scale: int, kernel_size: int) -> None:
    torch.manual_seed(0)
    layer = DecomposedTransposedUpsampling(1, scale, kernel_size)
    column, row, bias = layer.parameters()
    features = torch.randn(2, 1, 5, 7)
    padding = (kernel_size - scale) // 2
    square = functional.conv_transpose2d(features, column @ row, bias, stride=scale, padding=padding)
    assert square.shape[-2:] == (5 * scale, 7 * scale)
    torch.testing.assert_close(layer(features), square, atol=1e-5, rtol=1e-5)


def test_it_has_two_taps_for_each_of_the_square_kernels_sides() -> None:
    layer = DecomposedTransposedUpsampling(8, 4, 8)
    assert sum(parameter.numel() for parameter in layer.parameters()) == 2 * 8 * 8 * 8 + 8


@pytest.mark.parametrize("kernel_size", [2, 5])
def test_kernel_that_does_not_enlarge_exactly_is_refused(kernel_size: int) -> None:
    with pytest.raises(InvalidConfigError, match="4, 6, 8 … taps"):
        DecomposedTransposedUpsampling(4, 4, kernel_size)
