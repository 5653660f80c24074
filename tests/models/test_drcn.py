"""DRCN: recursions, their predictions, the printed size. What every network promises: `test_every_architecture`."""

from typing import Any

import pytest
import torch
from samples.reach import reach
from torch import nn

from superres.errors import InvalidConfigError
from superres.image.resize import resize
from superres.models.catalogue import architecture, build
from superres.models.drcn import DRCN, DRCNConfig


def small(**changes: Any) -> DRCN:
    torch.manual_seed(0)
    return DRCN(DRCNConfig(**{"width": 6, "recursions": 3, **changes})).eval()


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_network_that_adds_nothing_gives_bicubic_interpolation(scale: int) -> None:
    network = small(scale=scale)
    for parameter in network.reconstruct[-1].parameters():
        nn.init.zeros_(parameter)
    low = torch.rand(2, 1, 9, 8)
    torch.testing.assert_close(network(low), resize(low, scale=scale), atol=1e-5, rtol=0)


@torch.no_grad()
def test_output_is_the_weighted_sum_of_all_predictions() -> None:
    network = small()
    network.shares.copy_(torch.tensor([0.5, -1.0, 2.0]))
    nn.init.uniform_(network.infer.weight, -0.3, 0.3)
    low = torch.rand(2, 1, 6, 5)
    first, second, third = network.predictions(low)
    assert not torch.allclose(first, second)
    torch.testing.assert_close(network(low), 0.5 * first - second + 2 * third)


@torch.no_grad()
def test_recursions_begin_as_copies() -> None:
    first, *others = small().predictions(torch.rand(1, 1, 6, 6))
    assert all(torch.equal(first, other) for other in others)


def test_more_recursions_cost_no_more_than_their_share() -> None:
    few, many = (sum(each.numel() for each in small(recursions=count).parameters()) for count in (3, 9))
    assert many - few == 6


def test_its_weights_alone_are_as_many_as_printed() -> None:
    # 1,774K in the tables of the lightweight networks' papers, such as CARN's (arXiv:1803.08664).
    layers = [layer for layer in build("drcn_x2")[0].modules() if isinstance(layer, nn.Conv2d)]
    assert round(sum(layer.weight.numel() for layer in layers) / 1000) == 1774


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_tiles_overlap_as_far_as_a_pixel_sees(scale: int) -> None:
    network = small(scale=scale, width=2, recursions=16)
    overlap = architecture("drcn").tiling(network.config).overlap
    assert overlap - 2 <= reach(network, overlap) <= overlap


@pytest.mark.parametrize("settings", [{"recursions": 0}, {"width": 0}])
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        DRCNConfig(**settings)
