"""The network whose parts can be exchanged."""

from typing import Any

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.models.residual import Attention, ResidualBlock, ResidualConfig, ResidualNetwork


@torch.no_grad()
def test_block_without_a_branch_passes_its_input_on() -> None:
    block = ResidualBlock(ResidualConfig(width=8, attention="cbam", residual_scale=0.0))
    features = torch.randn(2, 8, 6, 5)
    torch.testing.assert_close(block(features), features)


@torch.no_grad()
def test_only_the_exchanged_part_differs() -> None:
    attentions: tuple[Attention, ...] = ("none", "channel")
    plain, attentive = (
        {
            name: tuple(tensor.shape)
            for name, tensor in ResidualNetwork(ResidualConfig(attention=each)).state_dict().items()
        }
        for each in attentions
    )
    assert {name for name in attentive if name not in plain} == {
        f"blocks.{block}.attention.{layer}.{kind}"
        for block in range(3)
        for layer in ("reduce", "expand")
        for kind in ("weight", "bias")
    }
    assert plain.items() <= attentive.items()


@torch.no_grad()
def test_subpixel_begins_without_a_checkerboard() -> None:
    torch.manual_seed(0)
    network = ResidualNetwork(ResidualConfig(scale=3, width=8, blocks=1, enlarged_width=4))
    enlarged = network.upsample(torch.rand(1, 4, 5, 6))
    blocks = enlarged.unfold(2, 3, 3).unfold(3, 3, 3)
    torch.testing.assert_close(blocks, blocks[..., :1, :1].expand_as(blocks))


@torch.no_grad()
@pytest.mark.parametrize(
    "changes", [{"normalization": "batch"}, {"normalization": "batch", "restores_deviation": True}]
)
def test_deviation_comes_back_only_where_it_is_restored(changes: dict[str, Any]) -> None:
    """Batch normalisation makes a branch blind to how strongly its input varies; AdaDM gives that back."""
    torch.manual_seed(0)
    block = ResidualBlock(ResidualConfig(width=8, **changes)).train()
    features = torch.randn(2, 8, 6, 6)
    weak, strong = (block(factor * features) - factor * features for factor in (1, 10))
    factor = 10 if "restores_deviation" in changes else 1
    torch.testing.assert_close(strong, factor * weak, rtol=1e-2, atol=1e-2)


def test_two_channels_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="channels of 1 or 3"):
        ResidualConfig(channels=2)
