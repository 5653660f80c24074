"""Convolutions that compute as if in 8 bit, so that a network learns to bear it.

Sources: Jacob et al., arXiv:1712.05877, sections 2.1 and 3: values are rounded to 256 levels in the forward pass, and
gradients pass the rounding as if it were not there; 0 is a level, so that padding stays exact. The ends of what a
layer sees are learned with the network, as the step sizes are in LSQ (Esser et al., arXiv:1902.08153, section 2.1).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEVELS = 255
"""Steps between the lowest and the highest of 8 bit."""
LARGEST = 127
"""Of a weight, with its sign."""
OBSERVED = 50
"""Calls in training by which the ends are found before they are learned."""
_FOLLOWS = 0.1
"""How fast the ends follow what is seen meanwhile."""


def rounded(values: Tensor) -> Tensor:
    """Whole numbers; the gradient passes."""
    return values + (values.round() - values).detach()


def quantized_values(values: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Values at 256 levels from about `low` to about `high`, of which 0 is one.

    Args:
        values: Any shape.
        low: The lower end, a scalar; what is above 0 counts as 0.
        high: The upper end, a scalar, likewise.
    """
    step, zero = levels(low, high)
    return ((rounded(values / step) + zero).clamp(0, LEVELS) - zero) * step


def levels(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The step between two levels, and the number of the level that is 0."""
    bottom = low.clamp(max=0)
    step = (high.clamp(min=0) - bottom).clamp(min=1e-6) / LEVELS
    return step, rounded(-bottom / step)


def quantized_weights(weights: Tensor) -> Tensor:
    """Weights at 255 levels for each output, from minus its largest to its largest; (outputs, …) to the same shape."""
    steps = weight_steps(weights)
    return rounded(weights / steps) * steps


def weight_steps(weights: Tensor) -> Tensor:
    """The step between two levels of each output's weights; (outputs, 1, …)."""
    largest = weights.detach().abs().amax(dim=tuple(range(1, weights.ndim)), keepdim=True)
    return (largest / LARGEST).clamp(min=1e-8)


class QuantizedConvolution(nn.Module):
    """A convolution whose input and weights are rounded to 8 bit.

    Args:
        convolution: Becomes part of it.
    """

    calls: Tensor

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution
        self.low = nn.Parameter(torch.zeros(()))
        self.high = nn.Parameter(torch.ones(()))
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H', W')."""
        layer = self.convolution
        with torch.autocast(features.device.type, enabled=False):  # bfloat16 has fewer levels between 128 and 255
            values = features.float()
            if self.training:
                self._observe(values.detach())
            seen = quantized_values(values, self.low, self.high)
            weights = quantized_weights(layer.weight)
        return layer._conv_forward(seen, weights, layer.bias)

    @torch.no_grad()
    def _observe(self, values: Tensor) -> None:
        """Find the ends in the first calls."""
        if self.calls >= OBSERVED:
            return
        follows = 1.0 if self.calls == 0 else _FOLLOWS
        for end, found in zip((self.low, self.high), values.aminmax(), strict=True):
            end.lerp_(found, follows)
        self.calls += 1
