"""Transposed convolution."""

import pytest
import torch

from superres.layers.upsampling.transposed import TransposedUpsampling


@pytest.mark.parametrize("scale", [1, 2, 3, 4, 9])
def test_output_is_scale_times_the_input(scale: int) -> None:
    layer = TransposedUpsampling(width=4, channels=3, scale=scale)
    assert layer(torch.rand(2, 4, 5, 7)).shape == (2, 3, 5 * scale, 7 * scale)


def test_each_pixel_paints_its_patch_around_its_own_place() -> None:
    layer = TransposedUpsampling(width=1, channels=1, scale=3, kernel_size=5)
    torch.nn.init.zeros_(layer.convolution.bias)  # pyright: ignore[reportArgumentType]
    low = torch.zeros(1, 1, 4, 4)
    low[..., 1, 2] = 2
    expected = torch.zeros(1, 1, 12, 12)
    expected[..., 1:6, 4:9] = 2 * layer.convolution.weight
    torch.testing.assert_close(layer(low), expected)


def test_patches_that_overlap_are_added() -> None:
    layer = TransposedUpsampling(width=1, channels=1, scale=2)
    torch.nn.init.zeros_(layer.convolution.bias)  # pyright: ignore[reportArgumentType]
    one, other = torch.zeros(2, 1, 1, 6, 6).unbind()
    one[..., 2, 2], other[..., 3, 3] = 1, 5
    torch.testing.assert_close(layer(one + other), layer(one) + layer(other))
