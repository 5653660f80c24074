"""Layer attention."""

import torch

from superres.layers.attention.layer import LayerAttention


def layers() -> torch.Tensor:
    return torch.randn(2, 3, 4, 5, 6, generator=torch.Generator().manual_seed(2))


@torch.no_grad()
def test_untrained_attention_only_joins_the_layers() -> None:
    assert torch.equal(LayerAttention()(layers()), layers().flatten(1, 2))


@torch.no_grad()
def test_mixture_follows_the_formula_layer_by_layer() -> None:
    attention = LayerAttention()
    attention.strength.fill_(0.3)
    seen = layers()
    answer = attention(seen).view_as(seen)
    for batch in range(2):
        for one in range(3):
            affinity = torch.stack([(seen[batch, one] * seen[batch, other]).sum() for other in range(3)])
            weights = torch.exp(-affinity + affinity.min())
            mixture = sum(weight * seen[batch, other] for other, weight in enumerate(weights / weights.sum()))
            torch.testing.assert_close(answer[batch, one], seen[batch, one] + 0.3 * mixture)
