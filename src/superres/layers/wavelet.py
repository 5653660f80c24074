"""Haar wavelets: an image as four images of half the size, from which it comes back exactly.

Of each block of two by two pixels a b / c d, the subbands are half of a + b + c + d (twice the mean), of c + d - a - b
(what changes from row to row), of b + d - a - c (from column to column) and of a + d - b - c (along both). The
transform is orthonormal, so that energy stays. Halving is exact in floating point; of pixels in steps of 8 bit no bit
is lost, of others what sums round off.

Source: Haar (1910) in the signs of MWCNN's code (arXiv:1805.07071), which adds rectified features to subbands, so that
its signs matter; those of MATLAB and PyWavelets are the opposite for the second and third.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

SUBBANDS = 4
"""For each channel: mean, rows, columns, both."""


def haar(images: Tensor) -> Tensor:
    """Haar transform of each channel.

    Args:
        images: (N, C, H, W), with even sides.

    Returns:
        (N, 4·C, H/2, W/2): the first subband of all channels, then the second of all, and so on.
    """
    channels = images.shape[1]
    a, b, c, d = functional.pixel_unshuffle(images * 0.5, 2).unflatten(1, (channels, SUBBANDS)).unbind(2)
    above, below, left, right = a + b, c + d, a + c, b + d
    return torch.cat([above + below, below - above, right - left, a + d - (b + c)], dim=1)


def inverse_haar(subbands: Tensor) -> Tensor:
    """The image whose Haar transform this is.

    Args:
        subbands: (N, 4·C, H, W), as `haar` orders them.

    Returns:
        (N, C, 2·H, 2·W).
    """
    mean, rows, columns, both = (subbands * 0.5).chunk(SUBBANDS, dim=1)
    above, below = mean - rows, mean + rows
    minus, plus = columns - both, columns + both
    blocks = torch.stack([above - minus, above + minus, below - plus, below + plus], dim=2)
    return functional.pixel_shuffle(blocks.flatten(1, 2), 2)


class HaarPadding(nn.Module):
    """Repeats the last row and column until an image can be halved often enough.

    Args:
        halvings: How often; none of the result's sides has a rest after division by 2 ** halvings.
        factor: Both sides are known to be multiples of this.
    """

    def __init__(self, halvings: int, factor: int = 1) -> None:
        super().__init__()
        self.multiple = 2**halvings
        self.is_needed = factor % self.multiple != 0

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H', W') with the next multiples of 2 ** halvings."""
        if not self.is_needed:
            return images
        # Padded by a fixed number, then cut: exported graphs do not take a number of rows that depends on the size.
        more = self.multiple - 1
        height, width = ((side + more) // self.multiple * self.multiple for side in images.shape[-2:])
        return functional.pad(images, (0, more, 0, more), mode="replicate")[..., :height, :width]
