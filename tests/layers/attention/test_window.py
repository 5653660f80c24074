"""Attention in windows."""

import pytest
import torch
from torch import Tensor

from superres.errors import InvalidConfigError
from superres.layers.attention.window import WindowAttention, join_windows, split_windows

WIDTH, HEADS, WINDOW = 6, 2, 4


def features(height: int = 8, width: int = 12) -> Tensor:
    return torch.randn(2, height, width, WIDTH, generator=torch.Generator().manual_seed(1))


def attention(shift: int) -> WindowAttention:
    torch.manual_seed(0)
    made = WindowAttention(WIDTH, HEADS, WINDOW, shift)
    torch.nn.init.normal_(made.bias)
    return made


def one_by_one(layer: WindowAttention, image: Tensor) -> Tensor:
    """The same, pixel by pixel: which pixels meet is said by their places, without any rolling or masks."""
    height, width, channels = image.shape
    query, key, value = layer.mix(image).split(channels, dim=-1)
    share = channels // HEADS
    answer = torch.zeros_like(image)
    for y in range(height):
        for x in range(width):
            others = [(v, u) for v in range(height) for u in range(width) if meets(layer.shift, y, v, x, u)]
            for head in range(HEADS):
                part = slice(head * share, (head + 1) * share)
                scores = torch.stack(
                    [
                        query[y, x, part] @ key[v, u, part] / share**0.5
                        + layer.bias[(y - v + WINDOW - 1) * (2 * WINDOW - 1) + x - u + WINDOW - 1, head]
                        for v, u in others
                    ]
                ).softmax(dim=0)
                answer[y, x, part] = sum(
                    score * value[v, u, part] for score, (v, u) in zip(scores, others, strict=True)
                )
    return layer.project(answer)


def meets(shift: int, y: int, v: int, x: int, u: int) -> bool:
    """Whether two pixels lie in one window of a grid that begins at the shift."""
    return all((a - shift) // WINDOW == (b - shift) // WINDOW for a, b in ((y, v), (x, u)))


@pytest.mark.parametrize("shift", [0, 2])
@torch.no_grad()
def test_attention_is_that_of_every_pixel_with_its_window(shift: int) -> None:
    layer, image = attention(shift), features()
    torch.testing.assert_close(layer(image)[0], one_by_one(layer, image[0]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("shift", [0, 1, 2])
@torch.no_grad()
def test_change_stays_inside_its_window(shift: int) -> None:
    layer, image = attention(shift), features()
    other = image.clone()
    other[:, 0, 0] += 1
    changed = (layer(other) != layer(image)).any(dim=-1)[0]
    assert changed.nonzero().tolist() == [[y, x] for y in range(8) for x in range(12) if meets(shift, 0, y, 0, x)]


def test_joining_undoes_splitting() -> None:
    image = features()
    assert torch.equal(join_windows(split_windows(image, WINDOW), WINDOW, 8, 12), image)


@pytest.mark.parametrize(("width", "heads", "shift"), [(6, 4, 0), (6, 2, 4), (6, 2, -1)])
def test_sizes_that_do_not_fit_are_refused(width: int, heads: int, shift: int) -> None:
    with pytest.raises(InvalidConfigError, match="its heads share evenly"):
        WindowAttention(width, heads, WINDOW, shift)
