"""Counting cost without computing."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.models.cost import Tally, cost


def test_convolution_counts_each_weight_at_each_output_position() -> None:
    counted = cost(nn.Conv2d(3, 8, 3, stride=2), channels=3, height=9, width=11)
    assert (counted.macs, counted.activations, counted.convolutions) == (3 * 8 * 9 * 4 * 5, 8 * 4 * 5, 1)
    assert counted.parameters == 3 * 8 * 9 + 8


def test_transposed_convolution_counts_each_weight_at_each_input_position() -> None:
    counted = cost(nn.ConvTranspose2d(3, 8, 4, stride=2), channels=3, height=9, width=11)
    assert counted.macs == 3 * 8 * 16 * 9 * 11


def test_grouped_convolution_counts_its_fewer_weights() -> None:
    assert cost(nn.Conv2d(4, 8, 3, groups=4, padding=1), channels=4, height=5, width=5).macs == 8 * 9 * 25


class Attention(nn.Module):
    """Attention over pixels with four channels."""

    def forward(self, image: Tensor) -> Tensor:
        pixels = image.flatten(2).transpose(1, 2)
        return functional.scaled_dot_product_attention(pixels, pixels, pixels)


def test_attention_counts_both_of_its_products() -> None:
    # The processor's fused kernel hides them from PyTorch's own counter (pytorch issue 195460).
    pixels = 6 * 5
    assert cost(Attention(), channels=4, height=6, width=5).macs == 2 * pixels * pixels * 4


def test_operators_that_are_not_counted_are_listed() -> None:
    assert cost(nn.Sigmoid(), channels=3, height=4, width=4).uncounted == {"aten.sigmoid": 1}


@pytest.mark.parametrize(
    "operator",
    [
        *(functional.relu, functional.leaky_relu, functional.gelu, functional.silu, torch.sigmoid),
        *(lambda image: image + image, lambda image: image * image, lambda image: image + image[:, :1]),
        *(lambda image: image * image.double(), lambda image: image * 2, lambda image: image[:1, :1] + image),
        lambda image: functional.interpolate(image, size=(7, 3), mode="bilinear"),
        lambda image: functional.interpolate(image, scale_factor=2.5, mode="bicubic"),
    ],
)
def test_shapes_that_travel_are_those_of_a_real_run(operator: Callable[[Tensor], Tensor]) -> None:
    image = torch.rand(2, 3, 4, 5)
    with torch.no_grad(), Tally():
        found = operator(image.to("meta"))
    real = operator(image)
    assert (found.shape, found.dtype, found.is_meta) == (real.shape, real.dtype, True)


def test_flops_are_twice_the_macs() -> None:
    counted = cost(nn.Conv2d(1, 1, 1), channels=1, height=3, width=3)
    assert counted.flops == 2 * counted.macs == 18


def test_the_network_is_left_where_it_was() -> None:
    layer = nn.Conv2d(1, 1, 1)
    cost(layer, channels=1, height=3, width=3)
    assert layer.weight.device == torch.device("cpu")


class Opaque(nn.Module):
    """A convolution that hides in an operator of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.visible = nn.Conv2d(3, 4, kernel_size=3, padding=1)
        self.hidden = nn.Parameter(torch.rand(4, 4, 3, 3))

    def forward(self, image: Tensor) -> Tensor:
        return _hidden_convolution(self.visible(image), self.hidden)


@torch.library.custom_op("superres_tests::hidden_convolution", mutates_args=())
def _hidden_convolution(image: Tensor, weight: Tensor) -> Tensor:
    return nn.functional.conv2d(image, weight, padding=1)


def test_operator_that_the_counter_does_not_know_is_reported() -> None:
    counted = cost(Opaque(), channels=3, height=8, width=8)
    assert counted.unknown == {"superres_tests.hidden_convolution": 1}
    assert counted.macs == 64 * 3 * 4 * 9


def test_element_wise_work_is_uncounted_but_known() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.PReLU(), nn.Sigmoid(), nn.MaxPool2d(2), nn.PixelShuffle(2))
    assert cost(network, channels=3, height=8, width=8).unknown == {}
