"""DRRN: shared units, the printed size. What every network promises: `test_every_architecture`."""

from typing import Any

import pytest
import torch
from samples.reach import reach
from torch import nn

from superres.errors import InvalidConfigError
from superres.image.resize import resize
from superres.models.catalogue import architecture, build
from superres.models.cost import cost
from superres.models.drrn import DRRN, DRRNConfig


def small(**changes: Any) -> DRRN:
    torch.manual_seed(0)
    return DRRN(DRRNConfig(**{"width": 6, "units": 3, **changes})).eval()


def weights(network: nn.Module) -> int:
    """Of convolutions, shared ones once."""
    return sum(layer.weight.numel() for layer in network.modules() if isinstance(layer, nn.Conv2d))


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_network_that_adds_nothing_gives_bicubic_interpolation(scale: int) -> None:
    network = small(scale=scale)
    for parameter in network.leave.parameters():
        nn.init.zeros_(parameter)
    low = torch.rand(2, 1, 9, 8)
    torch.testing.assert_close(network(low), resize(low, scale=scale), atol=1e-5, rtol=0)


def test_more_units_have_no_more_convolutions_to_learn() -> None:
    assert weights(small(units=2)) == weights(small(units=7))


def test_another_block_has_its_own() -> None:
    # A first convolution and a unit of two, 6 channels each.
    assert weights(small(blocks=2)) - weights(small(blocks=1)) == 3 * 9 * 6 * 6


@torch.no_grad()
def test_every_unit_is_added_to_the_start_of_the_block_not_to_the_unit_before() -> None:
    # With units that give nothing but a bias, more of them change nothing.
    def output(units: int) -> torch.Tensor:
        network = small(units=units)
        for name, parameter in network.named_parameters():
            if name.endswith("second.bias"):
                nn.init.constant_(parameter, 0.5)
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d) and layer.in_channels == layer.out_channels:
                nn.init.zeros_(layer.weight)
        return network(torch.full((1, 1, 6, 6), 0.5))

    torch.testing.assert_close(output(1), output(5))


@pytest.mark.parametrize(("blocks", "units"), [(1, 25), (1, 9), (2, 4)])
def test_depth_counts_the_convolutions_that_run(blocks: int, units: int) -> None:
    network = small(blocks=blocks, units=units, width=2)
    assert cost(network, channels=1, height=4, width=4).convolutions == network.config.depth


def test_the_printed_name_tells_the_depth() -> None:
    # The authors' file is DRRN_B1U25_52C128, and its shallow sister DRRN_B1U9_20C128.
    assert (DRRNConfig().depth, DRRNConfig(units=9).depth) == (52, 20)


def test_its_weights_alone_are_as_many_as_printed() -> None:
    # 297K in the tables of the lightweight networks' papers, such as CARN's (arXiv:1803.08664).
    assert round(weights(build("drrn_x2")[0]) / 1000) == 297


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_tiles_overlap_as_far_as_a_pixel_sees(scale: int) -> None:
    network = small(scale=scale, width=2, units=25)
    overlap = architecture("drrn").tiling(network.config).overlap
    assert overlap - 2 <= reach(network, overlap) <= overlap


@pytest.mark.parametrize("settings", [{"units": 0}, {"blocks": 0}])
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        DRRNConfig(**settings)
