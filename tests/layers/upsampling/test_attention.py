"""Attention-based upsampling."""

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.layers.upsampling.attention import AttentionUpsampling


def features(width: int = 6) -> torch.Tensor:
    return torch.randn(2, width, 5, 7, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("scale", [2, 3])
@torch.no_grad()
def test_weights_of_every_pixel_sum_to_one(scale: int) -> None:
    weights = AttentionUpsampling(6, scale).weights(features())
    assert weights.shape == (2, 9, 5, 7, scale, scale)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(2, 5, 7, scale, scale))


@torch.no_grad()
def test_constant_values_stay_constant() -> None:
    layer = AttentionUpsampling(4, 3)
    layer.value.weight.copy_(torch.eye(4)[..., None, None])
    layer.value.get_parameter("bias").zero_()
    torch.testing.assert_close(layer(torch.full((1, 4, 5, 6), 0.7)), torch.full((1, 4, 15, 18), 0.7))


@torch.no_grad()
def test_every_pixel_is_the_weighted_sum_of_its_neighbours() -> None:
    torch.manual_seed(0)
    layer, seen = AttentionUpsampling(6, 2), features()
    weights, values, high = layer.weights(seen), layer.value(seen), layer(seen)
    for y, x, p, q in ((0, 0, 0, 1), (2, 3, 1, 0), (4, 6, 1, 1)):
        expected = sum(
            weights[0, 3 * dy + dx, y, x, p, q] * values[0, :, min(max(y + dy - 1, 0), 4), min(max(x + dx - 1, 0), 6)]
            for dy in range(3)
            for dx in range(3)
        )
        torch.testing.assert_close(high[0, :, 2 * y + p, 2 * x + q], expected)


@torch.no_grad()
def test_guide_decides_the_weights_and_not_the_values() -> None:
    layer = AttentionUpsampling(6, 2, guide_width=3)
    guide, seen = features(3), features()
    torch.testing.assert_close(layer(2 * seen, guide) - layer(seen, guide), layer(seen, guide) - layer(0 * seen, guide))


def test_it_needs_fewer_values_than_the_transposed_convolution_it_replaces() -> None:
    # A kernel of 6 pixels at stride 2 touches 3 × 3 inputs too.
    layer, replaced = AttentionUpsampling(64, 2), torch.nn.ConvTranspose2d(64, 64, kernel_size=6, stride=2)
    ours, theirs = (sum(each.numel() for each in module.parameters()) for module in (layer, replaced))
    assert ours < theirs / 10


@pytest.mark.parametrize("settings", [{"neighbours": 2}, {"key_width": 0}])
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(InvalidConfigError, match="odd neighbourhood"):
        AttentionUpsampling(4, 2, **settings)
