"""Decomposed transposed convolution: a column, then a row, in place of a square kernel.

Source: Moser et al., "Hitchhiker's Guide to Super-Resolution" (arXiv:2209.13131, section on upsampling): k² values for
each pair of channels become 2k, and the two are equal where the square kernel has rank 1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError


class DecomposedTransposedUpsampling(nn.Module):
    """Enlarges rows by the scale, then columns; channels stay.

    Args:
        width: Channels of the features.
        scale: Integer factor, the stride.
        kernel_size: Taps along each axis, of the same parity as the scale and at least as many.

    Raises:
        InvalidConfigError: If the kernel does not suit the scale.
    """

    def __init__(self, width: int, scale: int, kernel_size: int) -> None:
        if kernel_size < scale or (kernel_size - scale) % 2:
            raise InvalidConfigError(
                f"a kernel that enlarges ×{scale} exactly has {scale}, {scale + 2}, {scale + 4} … taps, "
                f"got {kernel_size}"
            )
        padding = (kernel_size - scale) // 2
        super().__init__()
        self.column = nn.ConvTranspose2d(
            width, width, (kernel_size, 1), stride=(scale, 1), padding=(padding, 0), bias=False
        )
        self.row = nn.ConvTranspose2d(width, width, (1, kernel_size), stride=(1, scale), padding=(0, padding))

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to (N, width, scale·H, scale·W)."""
        device = features.device.type
        if device == "cpu" and torch.is_autocast_enabled(device):
            # Kernels of one axis have wrong gradients in bfloat16 on the CPU (PyTorch 2.13): training diverges.
            with torch.autocast(device, enabled=False):
                return self.row(self.column(features.float()))
        return self.row(self.column(features))
