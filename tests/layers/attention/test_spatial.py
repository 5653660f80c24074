"""Spatial attention: the plain one, and the enhanced one in both forms."""

import pytest
import torch
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.spatial import MINIMUM_SIZE, EnhancedSpatialAttention, SpatialAttention


@torch.no_grad()
def test_plain_attention_weighs_places_by_mean_and_maximum_of_their_channels() -> None:
    torch.manual_seed(0)
    attention, seen = SpatialAttention(5), torch.randn(2, 6, 9, 11)
    maps = torch.stack([seen.mean(dim=1), seen.amax(dim=1)], dim=1)
    weights = torch.sigmoid(functional.conv2d(maps, attention.weigh.weight, padding=2))
    torch.testing.assert_close(attention(seen), seen * weights)


def test_plain_attention_has_one_kernel_over_two_maps() -> None:
    assert sum(each.numel() for each in SpatialAttention().parameters()) == 2 * 7 * 7


def test_even_kernel_of_plain_attention_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="odd kernel, got one of 4"):
        SpatialAttention(4)


def attention(form: str, width: int = 8) -> EnhancedSpatialAttention:
    torch.manual_seed(0)
    return EnhancedSpatialAttention(width, 4, form).eval()  # type: ignore[arg-type]


def placed_pointwise(pooled: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """The grid form written as a formula: pixel p reads the pooled map at (p - 7) / 6, borders replicated."""

    def axis(cells: int, size: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        place = ((torch.arange(size) - 7) / 6).clamp(0, cells - 1)
        low = place.floor().long().clamp(max=max(cells - 2, 0))
        return low, (low + 1).clamp(max=cells - 1), place - low

    top, bottom, down = axis(pooled.shape[-2], height)
    left, right, across = axis(pooled.shape[-1], width)
    rows = pooled[..., top, :] * (1 - down)[:, None] + pooled[..., bottom, :] * down[:, None]
    return rows[..., left] * (1 - across) + rows[..., right] * across


@pytest.mark.parametrize("form", ["grid", "stretch"])
@pytest.mark.parametrize("size", [(15, 15), (16, 23), (48, 61), (20, 100)])
def test_shape_is_kept_down_to_the_smallest_size(form: str, size: tuple[int, int]) -> None:
    features = torch.rand(2, 8, *size)
    assert attention(form)(features).shape == features.shape


@pytest.mark.parametrize("size", [(15, 15), (27, 33), (50, 64), (61, 47)])
def test_grid_form_equals_the_pointwise_formula(size: tuple[int, int]) -> None:
    layer = attention("grid").double()
    features = torch.rand(1, 8, *size, dtype=torch.float64)
    reduced = layer.reduce(features)
    pooled = functional.max_pool2d(layer.shrink(reduced), 7, 3)
    mixed = functional.conv2d(
        functional.pad(pooled, (1, 1, 1, 1), mode="replicate"), layer.pooled.weight, layer.pooled.bias
    )
    mask = layer.expand(placed_pointwise(mixed, *size) + layer.skip(reduced)).sigmoid()
    torch.testing.assert_close(layer(features), features * mask)


def test_features_without_a_mask_are_halved() -> None:
    layer = attention("grid")
    torch.nn.init.zeros_(layer.expand.weight)
    torch.nn.init.zeros_(layer.expand.bias if layer.expand.bias is not None else torch.empty(0))
    features = torch.rand(1, 8, 20, 20)
    torch.testing.assert_close(layer(features), features / 2)


def test_grid_form_gives_a_shifted_image_a_shifted_answer() -> None:
    layer = attention("grid")
    features = torch.rand(1, 8, 120, 120)
    whole = layer(features)[..., 60:80, 60:80]
    cut = layer(features[..., 12:, 18:])[..., 48:68, 42:62]
    torch.testing.assert_close(whole, cut)


def test_stretched_form_does_not() -> None:
    layer = attention("stretch")
    features = torch.rand(1, 8, 120, 120)
    whole = layer(features)[..., 60:80, 60:80]
    cut = layer(features[..., 12:, 18:])[..., 48:68, 42:62]
    assert (whole - cut).abs().max() > 1e-5


def test_smallest_size_is_the_receptive_field_of_one_pooled_cell() -> None:
    with pytest.raises(RuntimeError):
        attention("grid")(torch.rand(1, 8, MINIMUM_SIZE - 1, MINIMUM_SIZE))
