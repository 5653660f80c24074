"""Branches that are one convolution."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.layers.reparameterization import (
    BranchedConvolution,
    Kernel,
    added,
    chained,
    depthwise,
    identity,
    kernel_of,
    merged_state,
    pad_with,
)


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def applied(kernel: Kernel, features: Tensor, padding: int = 0) -> Tensor:
    return functional.conv2d(features, kernel.weight, kernel.bias, padding=padding)


@pytest.mark.parametrize(("first", "second"), [(1, 3), (3, 1), (1, 1)])
@torch.no_grad()
def test_two_convolutions_in_a_row_are_one(first: int, second: int) -> None:
    before, after = nn.Conv2d(3, 5, first), nn.Conv2d(5, 4, second)
    kernel = chained(kernel_of(before), kernel_of(after))
    features = torch.rand(2, 3, 7, 8)
    torch.testing.assert_close(applied(kernel, features), after(before(features)))


@torch.no_grad()
def test_branches_of_different_sides_are_one_kernel_of_the_largest() -> None:
    branches = [nn.Conv2d(3, 4, side, padding=side // 2) for side in (1, 3, 5)]
    features = torch.rand(2, 3, 7, 8)
    kernel = added(*(kernel_of(branch) for branch in branches))
    assert kernel.weight.shape == (4, 3, 5, 5)
    expected = torch.stack([branch(features) for branch in branches]).sum(dim=0)
    torch.testing.assert_close(applied(kernel, features, padding=2), expected)


def test_identity_changes_nothing() -> None:
    features = torch.rand(2, 3, 7, 8)
    assert torch.equal(applied(identity(3, like=features), features), features)


@torch.no_grad()
def test_filters_of_single_channels_are_one_kernel() -> None:
    convolution = nn.Conv2d(3, 3, 3, groups=3)
    assert convolution.bias is not None
    features = torch.rand(2, 3, 7, 8)
    kernel = depthwise(convolution.weight[:, 0], convolution.bias)
    torch.testing.assert_close(applied(kernel, features), convolution(features))


def test_a_missing_bias_is_zero() -> None:
    assert torch.equal(kernel_of(nn.Conv2d(3, 4, 3, bias=False)).bias, torch.zeros(4))


def test_padding_holds_one_value_for_each_channel_and_leaves_the_inside() -> None:
    features, border = torch.rand(2, 3, 4, 5), torch.tensor([1.0, 2.0, 3.0])
    padded = pad_with(features, border)
    inside = padded[..., 1:-1, 1:-1]
    torch.testing.assert_close(inside, features)
    assert padded.shape == (2, 3, 6, 7)
    for edge in (padded[..., 0, :], padded[..., -1, :], padded[..., 0], padded[..., -1]):
        torch.testing.assert_close(edge, border[None, :, None].expand_as(edge))


@torch.no_grad()
def test_padding_with_the_bias_keeps_two_convolutions_one_border_included() -> None:
    first, second = nn.Conv2d(3, 5, 1), nn.Conv2d(5, 4, 3)
    features = torch.rand(1, 3, 6, 6)
    row = second(pad_with(first(features), kernel_of(first).bias))
    torch.testing.assert_close(applied(chained(kernel_of(first), kernel_of(second)), features, padding=1), row)


class Doubled(BranchedConvolution):
    """Twice the same convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.once = nn.Conv2d(3, 3, 3, padding=1)

    def branches(self, features: Tensor) -> Tensor:
        return 2 * self.once(features)

    def kernel(self) -> Kernel:
        return added(kernel_of(self.once), kernel_of(self.once))


def test_in_training_it_computes_the_merged_kernel_alone() -> None:
    layer = Doubled()
    layer.once.register_forward_hook(lambda *_: pytest.fail("a branch was computed"))
    features = torch.rand(1, 3, 6, 6)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer.train()(features).dtype == torch.bfloat16
    torch.testing.assert_close(layer(features), 2 * applied(kernel_of(layer.once), features, padding=1))


@torch.no_grad()
def test_merged_state_names_what_the_plain_network_has() -> None:
    branched = nn.Sequential(nn.Conv2d(3, 3, 1), Doubled(), nn.PReLU(3)).eval()
    plain = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 3, padding=1), nn.PReLU(3))
    plain.load_state_dict(merged_state(branched))
    features = torch.rand(1, 3, 6, 6)
    torch.testing.assert_close(plain(features), branched(features))
