"""Attention over channels and places."""

import pytest
import torch
from torch import Tensor, nn

from superres.layers.attention.mixed import (
    BottleneckAttention,
    ChannelSpatialAttention,
    ChannelSpatialResidualBlock,
    ConvolutionalBlockAttention,
)

WIDTH = 6


def features() -> Tensor:
    return torch.randn(2, WIDTH, 9, 11, generator=torch.Generator().manual_seed(3))


def silenced(module: nn.Module, value: float = 0.0) -> nn.Module:
    """Its last weights and bias set to a value, so that what it answers is known."""
    *_, last = (each for each in module.modules() if isinstance(each, nn.Conv2d))
    with torch.no_grad():
        last.weight.zero_()
        if last.bias is not None:
            last.bias.fill_(value)
    return module


@torch.no_grad()
def test_cbam_with_silent_branches_halves_twice() -> None:
    attention = ConvolutionalBlockAttention(WIDTH, 2)
    silenced(attention.perceptron)
    silenced(attention.place)
    torch.testing.assert_close(attention(features()), features() / 4)


@torch.no_grad()
def test_cbam_follows_its_equations() -> None:
    torch.manual_seed(0)
    attention, seen = ConvolutionalBlockAttention(WIDTH, 2), features()
    mean, largest = seen.mean(dim=(2, 3))[..., None, None], seen.amax(dim=(2, 3))[..., None, None]
    once = seen * torch.sigmoid(attention.perceptron(mean) + attention.perceptron(largest))
    torch.testing.assert_close(attention(seen), attention.place(once))


@torch.no_grad()
@pytest.mark.parametrize(("bias", "factor"), [(0.0, 1.5), (50.0, 2.0), (-50.0, 1.0)])
def test_bam_raises_features_by_up_to_twice_themselves(bias: float, factor: float) -> None:
    attention = BottleneckAttention(WIDTH, 2)
    silenced(attention.channel, bias)
    silenced(attention.place)
    torch.testing.assert_close(attention(features()), factor * features())


@torch.no_grad()
def test_block_with_a_silent_join_is_the_identity() -> None:
    block = ChannelSpatialResidualBlock(WIDTH, 2)
    silenced(block.join)
    torch.testing.assert_close(block(features()), features())


@torch.no_grad()
def test_both_branches_of_the_block_weigh_the_same_features() -> None:
    torch.manual_seed(0)
    block, seen = ChannelSpatialResidualBlock(WIDTH, 2), features()
    silenced(block.channel)
    silenced(block.place)
    inner = block.second(block.first(seen).relu())
    torch.testing.assert_close(block(seen), seen + block.join(torch.cat([inner / 2, inner / 2], dim=1)))


@torch.no_grad()
def test_hans_attention_begins_as_the_identity_and_then_weighs_by_neighbours() -> None:
    attention, seen = ChannelSpatialAttention(), features()
    torch.testing.assert_close(attention(seen), seen)
    attention.strength.fill_(1.0)
    attention.weigh.weight.zero_()
    attention.weigh.get_parameter("bias").zero_()
    torch.testing.assert_close(attention(seen), 1.5 * seen)
