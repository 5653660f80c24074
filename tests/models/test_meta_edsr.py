"""Meta-EDSR."""

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.layers.mean_colour import DIV2K
from superres.models.meta_edsr import ARCHITECTURE, MetaEDSR, MetaEDSRConfig

SMALL = MetaEDSRConfig(width=4, blocks=1, hidden=8)


@torch.no_grad()
def test_network_whose_kernels_are_silent_gives_the_mean_colour_at_any_scale() -> None:
    network = MetaEDSR(SMALL)
    for parameter in network.upsample.kernel.parameters():
        parameter.zero_()
    answer = network(torch.rand(1, 3, 10, 4), 1.5)
    torch.testing.assert_close(answer, torch.tensor(DIV2K).view(1, 3, 1, 1).expand(1, 3, 15, 6))


@torch.no_grad()
def test_scale_is_the_configurations_where_none_is_given() -> None:
    network, low = MetaEDSR(SMALL), torch.rand(1, 3, 5, 6)
    assert torch.equal(network(low), network(low, 4))


@pytest.mark.parametrize("scale", [2.7, 1.5])
@torch.no_grad()
def test_tile_that_starts_on_an_output_pixel_agrees_with_the_whole(scale: float) -> None:
    torch.manual_seed(0)
    network, overlap, start = MetaEDSR(SMALL), ARCHITECTURE.tiling(SMALL).overlap, 20
    low = torch.rand(1, 3, 50, 50)
    whole, tile = network(low, scale), network(low[..., start:, start:], scale)
    moved, inner = round(start * scale), -(-overlap * 27 // 10)
    torch.testing.assert_close(whole[..., moved + inner :, moved + inner :], tile[..., inner:, inner:])


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="sizes of at least 1"):
        MetaEDSRConfig(blocks=0)
