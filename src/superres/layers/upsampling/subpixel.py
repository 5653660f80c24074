"""Sub-pixel convolution: a convolution makes the pixels of each block, a shuffle puts them in place.

Source: ESPCN (arXiv:1609.05158, section 3.1).
"""

from __future__ import annotations

from torch import Tensor, nn


class SubpixelUpsampling(nn.Module):
    """A 3×3 convolution to scale² times the channels, then depth to space.

    Args:
        width: Channels of the features.
        channels: Channels of the image.
        scale: Integer factor.
    """

    def __init__(self, width: int, channels: int, scale: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(width, channels * scale**2, kernel_size=3, padding=1)
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to (N, channels, scale·H, scale·W)."""
        return self.shuffle(self.convolution(features))
