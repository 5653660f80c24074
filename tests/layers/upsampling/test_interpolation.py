"""Interpolation as a layer."""

import pytest
import torch
from torch.nn import functional

from superres.image.resize import resize
from superres.layers.upsampling.interpolation import Interpolation, InterpolationUpsampling


@pytest.mark.parametrize("kernel", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_layer_answers_as_imresize(kernel: Interpolation, scale: int) -> None:
    low = torch.rand(2, 3, 7, 6)
    enlarged = InterpolationUpsampling(scale, kernel)(low)
    torch.testing.assert_close(enlarged, resize(low, scale=scale, kernel=kernel), atol=1e-5, rtol=0)


@pytest.mark.parametrize("scale", [2, 3])
def test_nearest_repeats_pixels(scale: int) -> None:
    low = torch.rand(1, 1, 4, 5)
    repeated = low.repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    assert torch.equal(InterpolationUpsampling(scale, "nearest")(low), repeated)


@pytest.mark.parametrize("scale", [2, 3])
def test_bilinear_is_that_of_pytorch(scale: int) -> None:
    low = torch.rand(1, 2, 5, 6)
    expected = functional.interpolate(low, scale_factor=scale, mode="bilinear")
    torch.testing.assert_close(InterpolationUpsampling(scale, "bilinear")(low), expected, atol=1e-5, rtol=0)


def test_nothing_is_learned() -> None:
    assert not InterpolationUpsampling(2).state_dict()
