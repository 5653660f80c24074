"""Convolutions in two steps."""

import pytest
import torch
from torch.nn import functional

from superres.layers.convolution import BlueprintConvolution


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


@torch.no_grad()
def test_blueprint_convolution_is_a_full_one_whose_kernels_are_one_blueprint_times_weights() -> None:
    """arXiv:2003.13549, section 3."""
    layer = BlueprintConvolution(4, 6, has_middle_bias=False)
    full = layer.depthwise.weight * layer.pointwise.weight
    features = torch.rand(2, 4, 9, 8)
    expected = functional.conv2d(features, full, layer.depthwise.bias, padding=1)
    torch.testing.assert_close(layer(features), expected)


@torch.no_grad()
def test_without_padding_a_bias_in_the_middle_is_a_bias_at_the_end() -> None:
    layer = BlueprintConvolution(4, 6, padding=0)
    middle, end = layer.pointwise.bias, layer.depthwise.bias
    assert middle is not None
    assert end is not None
    bias = end + middle * layer.depthwise.weight.sum(dim=(1, 2, 3))
    features = torch.rand(1, 4, 9, 8)
    expected = functional.conv2d(features, layer.depthwise.weight * layer.pointwise.weight, bias)
    torch.testing.assert_close(layer(features), expected)


def test_a_stride_of_two_halves_the_size() -> None:
    assert BlueprintConvolution(4, 6, stride=2, padding=0)(torch.rand(1, 4, 15, 11)).shape == (1, 6, 7, 5)


def test_blueprint_convolution_has_fewer_weights_than_a_full_one() -> None:
    """48·48 + 48·9 + 48 in place of 48·48·9 + 48."""
    layer = BlueprintConvolution(48, 48, has_middle_bias=False)
    assert sum(parameter.numel() for parameter in layer.parameters()) == 2784
