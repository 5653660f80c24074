"""MWCNN: wavelets up and down. What every network promises: `test_every_architecture`."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.image.resize import resize
from superres.layers.wavelet import haar
from superres.models.catalogue import architecture, build
from superres.models.mwcnn import MWCNN, MWCNNConfig


def small(**changes: Any) -> MWCNN:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"widths": (8, 12, 12), "depth": 2, **changes}
    return MWCNN(MWCNNConfig(**settings)).eval()


def silence(convolution: nn.Conv2d) -> None:
    for parameter in convolution.parameters():
        nn.init.zeros_(parameter)


def image(height: int, width: int) -> Tensor:
    return torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(height))


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_network_that_adds_nothing_gives_bicubic_interpolation(scale: int) -> None:
    network, low = small(scale=scale), image(9, 7)
    silence(network.tail)
    torch.testing.assert_close(network(low), resize(low, scale=scale), atol=1e-5, rtol=0)


@torch.no_grad()
def test_features_pass_a_deeper_level_that_adds_nothing_unchanged() -> None:
    network, low = small(scale=4), image(6, 8)
    for layers in network.expand:
        for norm in (layer for layer in layers.modules() if isinstance(layer, nn.BatchNorm2d)):
            nn.init.zeros_(norm.weight)
    first = network.contract[0](haar(resize(low, scale=4)))
    expected = network.tail(network.finish(first))
    torch.testing.assert_close(haar(network(low) - resize(low, scale=4)), expected, atol=1e-5, rtol=0)


def test_twenty_four_convolutions_of_which_all_but_the_outer_ones_are_normalised() -> None:
    with torch.device("meta"):
        network, _ = build("mwcnn_x2")
    kinds = [type(layer) for layer in network.modules()]
    assert kinds.count(nn.Conv2d) == 24
    assert kinds.count(nn.BatchNorm2d) == 22


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_a_tile_on_the_grid_agrees_with_the_whole(scale: int) -> None:
    network = small(scale=scale)
    card = architecture("mwcnn").card("small", network.config)
    start, overlap, inner = 2 * card.grid, card.overlap, 12
    side = start + 2 * overlap + inner + 1
    low = image(side, side)
    middle = slice(scale * overlap, scale * (overlap + inner))
    moved = slice(scale * (start + overlap), scale * (start + overlap + inner))
    tile = network(low[..., start:, start:])[..., middle, middle]
    torch.testing.assert_close(network(low)[..., moved, moved], tile, atol=1e-5, rtol=0)


@torch.no_grad()
def test_training_normalises_and_evaluation_does_not_depend_on_the_batch() -> None:
    network = small()
    low = torch.cat([image(8, 8), image(9, 8)[..., :8, :]])
    torch.testing.assert_close(network(low)[:1], network(low[:1]))
    assert not torch.allclose(network.train()(low)[:1], network.train()(low[:1]))


@pytest.mark.parametrize("settings", [{"depth": 0}, {"widths": ()}, {"widths": (8, 0)}])
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigError, match="needs a level"):
        MWCNNConfig(**settings)
