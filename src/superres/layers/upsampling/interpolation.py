"""Interpolation without anything to learn, for networks that refine an enlarged image.

Source: nearest, bilinear and bicubic as MATLAB's `imresize` has them, which is how SRCNN and VDSR prepare their input.
PyTorch's own bicubic is another one (a = -0.75, replicated borders).
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from superres.image.enlarging import enlarge

Interpolation = Literal["nearest", "bilinear", "bicubic"]


class InterpolationUpsampling(nn.Module):
    """An image enlarged by a whole factor; no parameters.

    Args:
        scale: Factor along each axis.
        kernel: How pixels are weighted.
    """

    MINIMUM_SIZE = 2
    """The smallest side that an exported graph takes: bicubic borders mirror two pixels."""

    def __init__(self, scale: int, kernel: Interpolation = "bicubic") -> None:
        super().__init__()
        self.scale = scale
        self.kernel: Interpolation = kernel

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        return enlarge(low, self.scale, self.kernel)
