"""Transposed convolution: each input pixel paints a patch, and patches that overlap are added.

Source: FSRCNN (arXiv:1608.00367, section 3.1), which calls it deconvolution.
"""

from __future__ import annotations

from torch import Tensor, nn


class TransposedUpsampling(nn.Module):
    """A strided transposed convolution that enlarges by the scale exactly.

    A kernel whose side is no multiple of the scale gives some output pixels more patches than others, which may
    show as a checkerboard before training has evened it out.

    Args:
        width: Channels of the features.
        channels: Channels of the image.
        scale: Integer factor, the stride.
        kernel_size: Side of the painted patch [output pixels], odd and at least the scale.
    """

    def __init__(self, width: int, channels: int, scale: int, kernel_size: int = 9) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose2d(
            width,
            channels,
            kernel_size,
            stride=scale,
            padding=kernel_size // 2,
            # (H - 1)·scale + kernel - 2·padding falls short of scale·H by this.
            output_padding=scale - 1,
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to (N, channels, scale·H, scale·W)."""
        return self.convolution(features)
