"""Convolutions in 8 bit."""

import pytest
import torch
from torch import nn

from superres.layers.quantization import (
    OBSERVED,
    QuantizedConvolution,
    levels,
    quantized_values,
    quantized_weights,
    weight_steps,
)


def test_values_are_rounded_to_256_levels_of_which_zero_is_one() -> None:
    """From -1 to 4 the step is 5 / 255 = 1 / 51, so that 0 is level 51; beyond the ends values are cut."""
    step, zero = levels(torch.tensor(-1.0), torch.tensor(4.0))
    assert (float(step), float(zero)) == (pytest.approx(1 / 51), 51)
    values = torch.tensor([-3.0, -1.0, 0.0, 0.009, 0.01, 1.0, 9.0])
    expected = torch.tensor([-1.0, -1.0, 0.0, 0.0, 1 / 51, 1.0, 4.0])
    torch.testing.assert_close(quantized_values(values, torch.tensor(-1.0), torch.tensor(4.0)), expected)


def test_ends_reach_to_zero_at_least() -> None:
    values = torch.linspace(2, 4, 50)
    result = quantized_values(values, torch.tensor(2.0), torch.tensor(4.0))
    step, zero = levels(torch.tensor(2.0), torch.tensor(4.0))
    assert float(zero) == 0
    assert float(step) == pytest.approx(4 / 255)
    assert (result - values).abs().max() <= 2 / 255 + 1e-6


def test_weights_are_rounded_for_each_output_to_127_levels_of_each_sign() -> None:
    weights = torch.tensor([[1.27, -0.004, 0.006], [12.7, 0.04, -12.74]]).reshape(2, 3, 1, 1)
    assert weight_steps(weights).flatten().tolist() == pytest.approx([0.01, 12.74 / 127])
    expected = torch.tensor([[1.27, 0.0, 0.01], [127 * 12.74 / 127 - 12.74 / 127 * 0, 0.0, -12.74]])
    found = quantized_weights(weights).reshape(2, 3)
    torch.testing.assert_close(found[0], expected[0])
    assert float(found[1, 2]) == pytest.approx(-12.74)
    assert float(found[1, 1]) == 0


def test_gradients_pass_the_rounding_inside_and_reach_the_ends_outside() -> None:
    values = torch.tensor([0.3, 0.7, 5.0], requires_grad=True)
    low, high = torch.tensor(-1.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    quantized_values(values, low, high).sum().backward()
    assert values.grad is not None
    assert high.grad is not None
    assert values.grad.tolist() == [1.0, 1.0, 0.0]
    assert float(high.grad) == pytest.approx(1.0, abs=0.05), "the value beyond the end moves with it"


def layer() -> QuantizedConvolution:
    torch.manual_seed(0)
    return QuantizedConvolution(nn.Conv2d(3, 4, kernel_size=3, padding=1))


def test_ends_are_found_in_training_by_what_is_seen_and_then_left_to_learning() -> None:
    quantized = layer()
    for _ in range(OBSERVED + 5):
        quantized(4 * torch.rand(2, 3, 16, 16) - 1)
    assert int(quantized.calls) == OBSERVED
    assert float(quantized.low.detach()) == pytest.approx(-1, abs=0.05)
    assert float(quantized.high.detach()) == pytest.approx(3, abs=0.05)


def test_nothing_is_observed_outside_of_training() -> None:
    quantized = layer().eval()
    quantized(torch.rand(2, 3, 16, 16))
    assert int(quantized.calls) == 0


def test_answer_is_near_that_of_the_convolution_and_equal_to_its_parts_by_hand() -> None:
    quantized = layer()
    image = torch.rand(1, 3, 12, 10)
    quantized(image)
    quantized.eval()
    plain = quantized.convolution(image)
    assert 0 < float((quantized(image) - plain).abs().max().detach()) < 0.05
    seen = quantized_values(image, quantized.low, quantized.high)
    weights = quantized_weights(quantized.convolution.weight)
    by_hand = nn.functional.conv2d(seen, weights, quantized.convolution.bias, padding=1)
    torch.testing.assert_close(quantized(image), by_hand)
