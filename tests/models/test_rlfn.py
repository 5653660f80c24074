"""RLFN: the authors' weights, ranges, tiles. What every network promises: `test_every_architecture`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from samples.benchmarks import planes, set5_pairs
from samples.checkpoints import under_foreign_names
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.spatial import EnhancedSpatialAttention
from superres.layers.reparameterization import merged_state
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.rfdn import ResidualFeatureDistillationBlock
from superres.models.rlfn import RLFN, ResidualStepsBlock, RLFNConfig, from_authors
from superres.models.weights import load_network

# Mean over Set5 on Y, border = scale: table 2 of the paper for the larger networks (38.05 and 32.24 dB, which take
# longer than a test may), and the challenge's pruned network, the fastest of the three.
PUBLISHED = ("rlfn_ntire_x4", 4, 32.10)


@pytest.mark.data
@torch.no_grad()
def test_authors_weights_reach_the_published_figure_on_set5(superres_data: Path) -> None:
    name, scale, published = PUBLISHED
    network, _ = load_network(superres_data / "weights" / "rlfn" / f"{name}.pth")
    prepare = protocol("classical").prepare
    values = [
        psnr(*prepare(network(planes(low)), planes(high), scale=scale)).item()
        for low, high in set5_pairs(superres_data, scale)
    ]
    assert sum(values) / len(values) == pytest.approx(published, abs=0.01)


def small(scale: int = 3, **changes: Any) -> RLFN:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"scale": scale, "width": 8, "blocks": 2, "attention_width": 4, **changes}
    return RLFN(RLFNConfig(**settings)).eval()


def test_a_tile_on_the_grid_agrees_with_the_whole() -> None:
    network, image = small(scale=2), torch.rand(1, 3, 192, 192)
    whole = network(image)[..., 120:240, 120:240]
    tile = network(image[..., 12:168, 12:168])[..., 96:216, 96:216]
    assert (whole - tile).abs().max() < 1 / 255 / 10


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        RLFNConfig(width=0)


def test_white_below_black_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="white must be above black"):
        RLFNConfig(lowest=1.0, highest=0.0)


@torch.no_grad()
def test_block_without_distillation_keeps_a_residual_in_each_of_its_three_steps() -> None:
    block, features = small(block="undistilled").blocks[0], torch.randn(1, 8, 20, 17)
    assert isinstance(block, ResidualStepsBlock)
    expected = features
    for convolution in block.refine:
        expected = functional.leaky_relu(expected + convolution(expected), 0.05)
    torch.testing.assert_close(block(features), block.attention(block.fuse(expected)))


def test_distilled_block_is_rfdns_with_the_attention_of_this_network() -> None:
    block = small(block="distilled").blocks[0]
    assert isinstance(block, ResidualFeatureDistillationBlock)
    assert isinstance(block.attention, EnhancedSpatialAttention)
    assert len(block.attention.deeper) == 0


def test_attention_may_have_rfdns_three_convolutions() -> None:
    added = small(attention_convolutions=3).state_dict().keys() - small().state_dict().keys()
    assert {name.split(".", 2)[2].rsplit(".", 1)[0] for name in added} == {"attention.deeper.0", "attention.deeper.1"}


def test_width_inside_a_block_is_for_the_papers_block_only() -> None:
    with pytest.raises(InvalidConfigError, match="only the block called local has a width of its own"):
        RLFNConfig(block="distilled", block_width=48)


FOREIGN = {
    "head": "conv_1",
    "tail": "conv_2",
    "upsample.convolution": "upsampler.0",
    "block.first": "c1_r",
    "block.second": "c2_r",
    "block.third": "c3_r",
    "block.fuse": "c5",
    "block.attention.reduce": "esa.conv1",
    "block.attention.skip": "esa.conv_f",
    "block.attention.shrink": "esa.conv2",
    "block.attention.pooled": "esa.conv3",
    "block.attention.expand": "esa.conv4",
}


def test_authors_names_and_shapes_give_back_the_configuration() -> None:
    network = small(2, width=10, block_width=6, blocks=3, attention="stretch", lowest=0.0, highest=255.0)
    config, tensors = from_authors(under_foreign_names(network.state_dict(), FOREIGN, "block_"))
    assert config == network.config
    assert tensors.keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["head.weight", "block_1.c9.weight", "fc.bias"])
def test_names_that_the_authors_do_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})


@torch.no_grad()
def test_the_branched_form_equals_its_merged_form() -> None:
    torch.manual_seed(0)
    config = RLFNConfig(width=8, block_width=10, blocks=2, attention_width=4, form="branched")
    branched, merged = RLFN(config).eval(), RLFN(replace(config, form="merged")).eval()
    merged.load_state_dict(merged_state(branched))
    low = torch.rand(2, 3, 17, 19)
    assert (branched(low) - merged(low)).abs().max() < 1e-4


def test_only_the_local_block_learns_with_branches() -> None:
    with pytest.raises(InvalidConfigError, match="only the block called local"):
        RLFNConfig(block="distilled", form="branched")
