"""Attention that weighs channels and places at once.

Sources: CBAM (arXiv:1807.06521, section 3), BAM (arXiv:1807.06514, section 3), the channel-wise and spatial attention
of CSFM (arXiv:1809.11130, section 3.2), and the channel-spatial attention of HAN (arXiv:2008.08767, section 3.3).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.layers.attention.spatial import SpatialAttention


class ConvolutionalBlockAttention(nn.Module):
    """CBAM: channels first, by their mean and their maximum through one perceptron; then places, by both again.

    Args:
        width: Channels of the features.
        reduced_width: Hidden channels of the perceptron.
        kernel_size: Of the convolution that weighs places, odd.
    """

    def __init__(self, width: int, reduced_width: int, kernel_size: int = 7) -> None:
        super().__init__()
        self.perceptron = nn.Sequential(
            nn.Conv2d(width, reduced_width, kernel_size=1), nn.ReLU(), nn.Conv2d(reduced_width, width, kernel_size=1)
        )
        self.place = SpatialAttention(kernel_size)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        means, largest = features.mean(dim=(2, 3), keepdim=True), features.amax(dim=(2, 3), keepdim=True)
        return self.place(features * (self.perceptron(means) + self.perceptron(largest)).sigmoid())


class BottleneckAttention(nn.Module):
    """BAM: channels and places weighed side by side, added, and the features raised by up to twice themselves.

    Args:
        width: Channels of the features.
        reduced_width: Channels inside both branches.
        dilation: Of the two convolutions that look at places.
    """

    def __init__(self, width: int, reduced_width: int, dilation: int = 4) -> None:
        super().__init__()
        self.channel = nn.Sequential(
            nn.Conv2d(width, reduced_width, kernel_size=1), nn.ReLU(), nn.Conv2d(reduced_width, width, kernel_size=1)
        )
        dilated = [
            nn.Conv2d(reduced_width, reduced_width, kernel_size=3, padding=dilation, dilation=dilation)
            for _ in range(2)
        ]
        self.place = nn.Sequential(
            nn.Conv2d(width, reduced_width, kernel_size=1),
            nn.ReLU(),
            dilated[0],
            nn.ReLU(),
            dilated[1],
            nn.ReLU(),
            nn.Conv2d(reduced_width, 1, kernel_size=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        weights = self.channel(features.mean(dim=(2, 3), keepdim=True)) + self.place(features)
        return features * (1 + weights.sigmoid())


class ChannelSpatialResidualBlock(nn.Module):
    """CSFM's block: two convolutions, weighed by channels and by places side by side, joined, and the input added.

    Args:
        width: Channels of the features.
        reduced_width: Hidden channels of the channel branch.
        widening: How many times the channels of the features the place branch has inside.
    """

    def __init__(self, width: int, reduced_width: int, widening: int = 2) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.second = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.channel = nn.Sequential(
            nn.Conv2d(width, reduced_width, kernel_size=1), nn.ReLU(), nn.Conv2d(reduced_width, width, kernel_size=1)
        )
        self.place = nn.Sequential(
            nn.Conv2d(width, widening * width, kernel_size=1), nn.ReLU(), nn.Conv2d(widening * width, 1, kernel_size=1)
        )
        self.join = nn.Conv2d(2 * width, width, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        inner = self.second(functional.relu(self.first(features)))
        by_channel = inner * self.channel(inner.mean(dim=(2, 3), keepdim=True)).sigmoid()
        by_place = inner * self.place(inner).sigmoid()
        return features + self.join(torch.cat([by_channel, by_place], dim=1))


class ChannelSpatialAttention(nn.Module):
    """HAN's: one kernel over channels, rows and columns together, and a factor that training opens from 0."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = nn.Conv3d(1, 1, kernel_size=3, padding=1)
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        weights = self.weigh(features[:, None])[:, 0].sigmoid()
        return features + features * self.strength * weights
