"""Non-local attention."""

import torch

from superres.layers.attention.non_local import NonLocalAttention


def features() -> torch.Tensor:
    return torch.randn(2, 6, 4, 5, generator=torch.Generator().manual_seed(4))


@torch.no_grad()
def test_weights_of_every_place_sum_to_one() -> None:
    weights = NonLocalAttention(6, 3).weights(features())
    assert weights.shape == (2, 20, 20)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 20))


@torch.no_grad()
def test_places_that_look_alike_share_the_mean_of_all() -> None:
    torch.manual_seed(0)
    attention, seen = NonLocalAttention(6, 3), features()
    attention.query.weight.zero_()
    attention.query.get_parameter("bias").zero_()
    mean = attention.value(seen).mean(dim=(2, 3), keepdim=True)
    torch.testing.assert_close(attention(seen), seen + attention.project(mean.expand(-1, -1, 4, 5)))


@torch.no_grad()
def test_order_of_the_places_does_not_matter() -> None:
    torch.manual_seed(0)
    attention, seen = NonLocalAttention(6, 3), features()
    order = torch.randperm(20)
    shuffled = seen.flatten(2)[..., order].view_as(seen)
    torch.testing.assert_close(attention(shuffled).flatten(2), attention(seen).flatten(2)[..., order])
