"""Filters that are silenced, and networks without them."""

import pytest
import torch
from torch import Tensor

from superres.errors import InvalidConfigError
from superres.models.edsr import EDSRConfig
from superres.models.rlfn import ARCHITECTURE, RLFN, RLFNConfig
from superres.training.strategies.pruning import FilterGroup, Pruning, filter_groups, pruned, silence, weakest

CONFIG = RLFNConfig(scale=2, width=12, blocks=2, attention_width=4)
INSIDE = Pruning(block_width=9, every=10)
BETWEEN = Pruning(width=10, every=10)


def network(config: RLFNConfig = CONFIG) -> RLFN:
    torch.manual_seed(0)
    return RLFN(config).eval()


def low() -> Tensor:
    return torch.rand(2, 3, 20, 23, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("pruning", [INSIDE, BETWEEN], ids=["inside", "between"])
@torch.no_grad()
def test_network_without_its_weakest_filters_equals_the_one_in_which_they_are_silent(pruning: Pruning) -> None:
    whole = network()
    narrow, before = pruned(whole, pruning), whole(low())
    silence(whole, pruning)
    torch.testing.assert_close(narrow(low()), whole(low()), atol=1e-6, rtol=0)
    assert (narrow(low()) - before).abs().max() > 1e-4


@pytest.mark.parametrize("pruning", [INSIDE, BETWEEN], ids=["inside", "between"])
def test_silenced_network_is_pruned_to_the_same(pruning: Pruning) -> None:
    whole = network()
    first = pruned(whole, pruning).state_dict()
    silence(whole, pruning)
    again = pruned(whole, pruning).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_challenge_network_is_pruned_to_the_published_widths() -> None:
    # RLFN's entry: 48 channels to 46 between blocks, 48 inside (the authors' rlfn_ntire.py and its weights).
    whole = RLFNConfig(scale=4, width=48, blocks=4, attention="stretch", lowest=0.0, highest=255.0)
    assert Pruning(width=46, every=1).of(whole) == ARCHITECTURE.variants["rlfn_pruned_x4"]
    assert Pruning(block_width=46, every=1).of(whole).inner_width == 46


def test_filters_of_least_norm_are_the_weakest() -> None:
    weights = torch.tensor([3.0, 1.0, 2.0, 0.5])[:, None, None, None].expand(-1, 2, 3, 3)
    tensors = {"a.weight": weights, "b.weight": weights.flip(0)}
    # Squares of the norms over eighteen weights each: 9, 1, 4, 1/4; with those of the mirrored layer 9.25, 5, 5, 9.25.
    assert weakest(tensors, FilterGroup(("a",), ()), 2).tolist() == [3, 1]
    assert sorted(weakest(tensors, FilterGroup(("a", "b"), ()), 2).tolist()) == [1, 2]


@torch.no_grad()
def test_as_many_filters_are_silent_as_are_to_be_removed() -> None:
    whole = network()
    silence(whole, INSIDE)
    for group in filter_groups(CONFIG, INSIDE):
        weights, biases = (whole.get_parameter(f"{group.writers[0]}.{kind}") for kind in ("weight", "bias"))
        silent = [not weight.any() and not bias for weight, bias in zip(weights, biases, strict=True)]
        assert sum(silent) == 3


def test_silent_filter_can_recover() -> None:
    whole = network().train()
    silence(whole, INSIDE)
    layer = whole.blocks[0].second
    assert isinstance(layer, torch.nn.Conv2d)
    silent = ~layer.weight.flatten(1).any(dim=1)
    whole(low()).square().sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad[silent].flatten(1).any(dim=1).all()


def test_pruned_network_can_be_pruned_again_the_other_way() -> None:
    both = pruned(pruned(network(), INSIDE), BETWEEN)
    assert (both.config.width, both.config.inner_width) == (10, 9)
    assert both(low()).shape == (2, 3, 40, 46)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (EDSRConfig(), "only an RLFN"),
        (RLFNConfig(width=16, block="distilled"), "of the block called local"),
        (RLFNConfig(width=9), "block_width is to become 9, but is 9 already"),
    ],
)
def test_network_that_cannot_be_pruned_is_refused(config: object, message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        INSIDE.of(config)


@pytest.mark.parametrize("widths", [{}, {"width": 4, "block_width": 4}, {"width": -1}])
def test_pruning_names_one_width(widths: dict[str, int]) -> None:
    with pytest.raises(InvalidConfigError, match="and only one"):
        Pruning(every=5, **widths)
