"""SRCNN. What every network promises: `test_every_architecture`."""

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.image.resize import resize
from superres.models.catalogue import build
from superres.models.srcnn import SRCNN, SRCNNConfig


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_network_that_only_copies_gives_bicubic_interpolation(scale: int) -> None:
    network = SRCNN(SRCNNConfig(scale=scale))
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)
    for convolution in (network.extract, network.map, network.reconstruct):
        middle = convolution.kernel_size[0] // 2
        convolution.weight[0, 0, middle, middle] = 1
    low = torch.rand(1, 1, 9, 8)
    torch.testing.assert_close(network(low), resize(low, scale=scale).clamp(min=0), atol=1e-5, rtol=0)


@torch.no_grad()
def test_flat_image_has_no_dark_edge() -> None:
    """Edges are repeated, not filled with black."""
    network = SRCNN(SRCNNConfig(scale=2)).eval()
    high = network(torch.full((1, 1, 12, 12), 0.5))
    torch.testing.assert_close(high, high[..., 12:13, 12:13].expand_as(high), atol=1e-5, rtol=0)


def test_network_is_for_luma() -> None:
    card = build("srcnn_955_x3")[1]
    assert (card.colour, card.channels, card.scale) == ("luma", 1, 3)


@pytest.mark.parametrize("sizes", [(9, 0, 5), (9, 2, 5)])
def test_kernels_without_a_middle_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidConfigError, match=r"at least 1|odd sides"):
        SRCNNConfig(kernel_sizes=sizes)
