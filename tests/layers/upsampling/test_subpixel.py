"""Sub-pixel convolution."""

import pytest
import torch
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.subpixel import SubpixelStages, SubpixelUpsampling, icnr_, stages_of


def test_each_block_of_pixels_comes_from_one_place() -> None:
    layer = SubpixelUpsampling(width=4, channels=3, scale=2)
    features = torch.rand(1, 4, 5, 6)
    plain = layer.convolution(features)
    high = layer(features)
    for channel, row, column in ((0, 0, 1), (1, 1, 0), (2, 1, 1)):
        expected = plain[0, channel * 4 + row * 2 + column]
        torch.testing.assert_close(high[0, channel, row::2, column::2], expected)


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_it_undoes_a_pixel_unshuffle(scale: int) -> None:
    high = torch.rand(2, 3, 5 * scale, 7 * scale)
    layer = SubpixelUpsampling(width=3 * scale**2, channels=3, scale=scale)
    torch.nn.init.dirac_(layer.convolution.weight)
    torch.nn.init.zeros_(layer.convolution.get_parameter("bias"))
    assert torch.equal(layer(functional.pixel_unshuffle(high, scale)), high)


def test_output_is_scale_times_the_input() -> None:
    assert SubpixelUpsampling(width=4, channels=1, scale=3)(torch.rand(2, 4, 5, 7)).shape == (2, 1, 15, 21)


@pytest.mark.parametrize(("scale", "stages"), [(2, (2,)), (3, (3,)), (4, (2, 2)), (8, (2, 2, 2))])
def test_steps_multiply_to_the_scale(scale: int, stages: tuple[int, ...]) -> None:
    assert stages_of(scale) == stages
    assert SubpixelStages(4, scale)(torch.rand(1, 4, 3, 5)).shape == (1, 4, 3 * scale, 5 * scale)


@pytest.mark.parametrize("scale", [0, 1, 5, 6])
def test_scale_that_no_steps_reach_is_refused(scale: int) -> None:
    with pytest.raises(InvalidConfigError, match="×3 and the powers of 2"):
        stages_of(scale)


@pytest.mark.parametrize("scale", [2, 3])
@torch.no_grad()
def test_icnr_begins_as_nearest_enlargement_of_a_convolution(scale: int) -> None:
    layer = SubpixelUpsampling(width=4, channels=3, scale=scale)
    icnr_(layer.convolution, scale)
    high = layer(torch.rand(1, 4, 5, 6))
    blocks = high.view(1, 3, 5, scale, 6, scale)
    assert torch.equal(blocks, blocks[:, :, :, :1, :, :1].expand_as(blocks))


def test_icnr_of_a_convolution_that_is_not_shuffled_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="a multiple of 9 channels, not 12"):
        icnr_(torch.nn.Conv2d(4, 12, kernel_size=3), 3)
