"""Channel attention, with both statistics."""

import pytest
import torch

from superres.layers.attention.channel import ChannelAttention, ChannelStatistic

STATISTICS: tuple[ChannelStatistic, ...] = ("mean", "contrast")


def attention(statistic: ChannelStatistic, width: int = 8) -> ChannelAttention:
    torch.manual_seed(0)
    return ChannelAttention(width, 2, statistic).double()


@pytest.mark.parametrize("statistic", STATISTICS)
def test_each_channel_gets_one_weight_between_nought_and_one(statistic: ChannelStatistic) -> None:
    features = torch.rand(2, 8, 5, 7, dtype=torch.float64) + 0.1
    weights = attention(statistic)(features) / features
    assert weights.std(dim=(2, 3)).max() < 1e-12
    assert weights.min() > 0
    assert weights.max() < 1


@pytest.mark.parametrize("statistic", STATISTICS)
def test_weights_follow_from_the_statistic_by_hand(statistic: ChannelStatistic) -> None:
    layer, features = attention(statistic), torch.rand(1, 8, 6, 5, dtype=torch.float64)
    numbers = features[0].flatten(1)
    squeezed = numbers.mean(1) + (numbers.std(1, correction=0) if statistic == "contrast" else 0)
    parameters = {name: value.squeeze() for name, value in layer.state_dict().items()}
    reduced = (parameters["reduce.weight"] @ squeezed + parameters["reduce.bias"]).clamp(min=0)
    weights = 1 / (1 + torch.exp(-(parameters["expand.weight"] @ reduced + parameters["expand.bias"])))
    torch.testing.assert_close(layer(features).detach(), features * weights[:, None, None])


@pytest.mark.parametrize(("statistic", "is_told"), [("mean", False), ("contrast", True)])
def test_only_contrast_tells_texture_from_flat_areas(statistic: ChannelStatistic, is_told: bool) -> None:
    flat = torch.full((1, 8, 8, 8), 0.5, dtype=torch.float64)
    texture = flat + 0.4 * (-1.0) ** torch.arange(8)
    layer = attention(statistic)
    difference = (layer(flat) / flat - layer(texture) / texture).abs().max().item()
    assert (difference > 1e-3) == is_told


@pytest.mark.parametrize("statistic", STATISTICS)
def test_flat_channel_still_gives_a_gradient_that_is_a_number(statistic: ChannelStatistic) -> None:
    features = torch.full((1, 8, 4, 4), 0.5, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(attention(statistic)(features).sum(), features)
    assert gradient.isfinite().all()
