"""Non-local attention: every place sees every other.

Source: Wang et al., "Non-local Neural Networks", CVPR 2018, arXiv:1711.07971, section 3, embedded Gaussian form with
its residual.
"""

from __future__ import annotations

from torch import Tensor, nn


class NonLocalAttention(nn.Module):
    """Adds to each place a mixture of all places, weighted by a softmax over their likeness.

    Memory grows with the square of the number of pixels; a tile never agrees with the whole.

    Args:
        width: Channels of the features.
        reduced_width: Channels in which places are compared and mixed.
    """

    def __init__(self, width: int, reduced_width: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(width, reduced_width, kernel_size=1)
        self.key = nn.Conv2d(width, reduced_width, kernel_size=1)
        self.value = nn.Conv2d(width, reduced_width, kernel_size=1)
        self.project = nn.Conv2d(reduced_width, width, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        value = self.value(features)
        mixed = value.flatten(2) @ self.weights(features).transpose(1, 2)
        return features + self.project(mixed.view_as(value))

    def weights(self, features: Tensor) -> Tensor:
        """How much each place (row) takes of every place (column); (N, H·W, H·W), rows summing to 1."""
        return (self.query(features).flatten(2).transpose(1, 2) @ self.key(features).flatten(2)).softmax(dim=-1)
