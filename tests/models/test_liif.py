"""LIIF."""

from itertools import product

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.models import liif
from superres.models.liif import ARCHITECTURE, LIIF, LIIFConfig

SMALL = LIIFConfig(width=4, blocks=1, hidden=8, depth=3)


def network() -> LIIF:
    torch.manual_seed(0)
    return LIIF(SMALL).eval()


def low(height: int, width: int) -> Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(1))


def as_printed(net: LIIF, image: Tensor, row: int, column: int, scale: float) -> Tensor:
    """One output pixel by the paper's equations 2 and 4, with coordinates in half pixels as in the authors' code."""
    features = net.head(2 * image - 1)
    features = net.tail(net.blocks(features)) + features
    height, width = features.shape[2:]
    unfolded = functional.unfold(features, kernel_size=3, padding=1).view(len(image), -1, height, width)
    place = [(row + 0.5) / scale - 0.5, (column + 0.5) / scale - 0.5]
    total, areas = torch.zeros(len(image), 3), 0.0
    for steps in product((0, 1), (0, 1)):
        near, opposite = (
            [
                min(max(int(each + 1) - 1 + step, 0), side - 1)
                for each, step, side in zip(place, taken, (height, width), strict=True)
            ]
            for taken in (steps, [1 - step for step in steps])
        )
        offset = [2 * (each - centre) for each, centre in zip(place, near, strict=True)]
        area = abs((place[0] - opposite[0]) * (place[1] - opposite[1])) * 4 + 1e-9
        seen = torch.tensor([*offset, 2 / scale, 2 / scale]).expand(len(image), 4)
        weight = torch.cat([net.of_features.weight.flatten(1), net.of_place.weight], dim=1)
        hidden = functional.linear(
            torch.cat([unfolded[:, :, near[0], near[1]], seen], dim=1), weight, net.of_features.bias
        )
        for layer in net.inner:
            hidden = layer(hidden.relu())
        total, areas = total + area * net.last(hidden.relu()), areas + area
    return (total / areas + 1) / 2


@pytest.mark.parametrize("scale", [2, 3, 2.7, 1.1])
@torch.no_grad()
def test_every_pixel_is_what_the_paper_prints(scale: float) -> None:
    net, image = network(), low(3, 4)
    high = net(image, scale)
    assert high.shape == (2, 3, round(3 * scale), round(4 * scale))
    for row, column in product(range(high.shape[2]), range(high.shape[3])):
        torch.testing.assert_close(high[:, :, row, column], as_printed(net, image, row, column, scale))


@pytest.mark.parametrize("scale", [2, 4, 2.7])
@torch.no_grad()
def test_queried_pixels_are_those_of_the_image(scale: float) -> None:
    net, image = network(), low(6, 5)
    high = net(image, scale)
    random = torch.Generator().manual_seed(2)
    rows, columns = (torch.randint(side, (2, 30), generator=random) for side in high.shape[2:])
    expected = torch.stack([one[:, row, column] for one, row, column in zip(high, rows, columns, strict=True)])
    torch.testing.assert_close(net.query(image, rows, columns, scale), expected)


@torch.no_grad()
def test_strips_together_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    net, image = network(), low(8, 9)
    whole = net(image, 2.7)
    monkeypatch.setattr(liif, "STRIP", 100)
    torch.testing.assert_close(net(image, 2.7), whole)


@torch.no_grad()
def test_image_is_continuous_where_the_neighbours_change() -> None:
    # Two output pixels on either side of an input pixel's centre, ever closer: their answers come together.
    net, image = network(), low(4, 4)
    jumps: list[float] = []
    for scale in (10, 100, 1000):
        middle = 3 * scale // 2  # the first output pixel behind the centre of input pixel 1
        rows, columns = torch.full((2, 2), middle), torch.tensor([[middle - 1, middle]] * 2)
        jumps.append(float(net.query(image, rows, columns, scale).diff(dim=2).abs().max()))
    assert jumps[0] > 5 * jumps[1] > 25 * jumps[2]


@pytest.mark.parametrize("scale", [2.7, 1.5])
@torch.no_grad()
def test_tile_that_starts_on_an_output_pixel_agrees_with_the_whole(scale: float) -> None:
    net, overlap, start = network(), ARCHITECTURE.tiling(SMALL).overlap, 20
    image = low(50, 50)
    whole, tile = net(image, scale), net(image[..., start:, start:], scale)
    moved, inner = round(start * scale), -(-overlap * 27 // 10)
    torch.testing.assert_close(whole[..., moved + inner :, moved + inner :], tile[..., inner:, inner:])


@torch.no_grad()
def test_scale_is_the_configurations_where_none_is_given() -> None:
    net, image = network(), low(5, 6)
    assert torch.equal(net(image), net(image, 4))


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="sizes of at least 1"):
        LIIFConfig(depth=0)
