"""Sub-pixel convolution."""

import torch

from superres.layers.upsampling.subpixel import SubpixelUpsampling


def test_each_block_of_pixels_comes_from_one_place() -> None:
    layer = SubpixelUpsampling(width=4, channels=3, scale=2)
    features = torch.rand(1, 4, 5, 6)
    plain = layer.convolution(features)
    high = layer(features)
    for channel, row, column in ((0, 0, 1), (1, 1, 0), (2, 1, 1)):
        expected = plain[0, channel * 4 + row * 2 + column]
        torch.testing.assert_close(high[0, channel, row::2, column::2], expected)


def test_output_is_scale_times_the_input() -> None:
    assert SubpixelUpsampling(width=4, channels=1, scale=3)(torch.rand(2, 4, 5, 7)).shape == (2, 1, 15, 21)
