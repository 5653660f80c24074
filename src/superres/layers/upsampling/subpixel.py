"""Sub-pixel convolution: a convolution makes the pixels of each block, a shuffle puts them in place.

Source: ESPCN (arXiv:1609.05158, section 3.1).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError


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


class SubpixelStages(nn.Sequential):
    """Enlarges features by 2 as often as it takes, or once by 3; their number of channels stays.

    Source: EDSR (arXiv:1707.02921, figure 3).

    Args:
        width: Channels of the features.
        scale: 3, or a power of 2.
    """

    def __init__(self, width: int, scale: int) -> None:
        factors = stages_of(scale)
        super().__init__(*(SubpixelUpsampling(width, width, factor) for factor in factors))


def stages_of(scale: int) -> tuple[int, ...]:
    """The factors of the steps that a scale is reached in: 3 alone, or twos.

    Raises:
        InvalidConfigError: If the scale is neither 3 nor a power of 2 from 2 on.
    """
    if scale == 3:
        return (3,)
    if scale < 2 or scale & (scale - 1):
        raise InvalidConfigError(f"steps of sub-pixel convolutions reach ×3 and the powers of 2, got ×{scale}")
    return (2,) * (scale.bit_length() - 1)


def icnr_(convolution: nn.Conv2d, scale: int) -> None:
    """Set a sub-pixel convolution's weights so that it begins as nearest-neighbour enlargement of a convolution.

    The pixels of each block then start equal, and no checkerboard is there to be unlearnt.

    Source: Aitken et al., "Checkerboard artifact free sub-pixel convolution", arXiv:1707.02937, section 3.

    Args:
        convolution: Makes scale² times the channels.
        scale: Of the shuffle behind it.

    Raises:
        InvalidConfigError: If its channels are no multiple of scale².
    """
    if convolution.out_channels % scale**2:
        raise InvalidConfigError(
            f"a sub-pixel convolution for ×{scale} makes a multiple of {scale**2} channels, "
            f"not {convolution.out_channels}"
        )
    with torch.no_grad():
        first = convolution.weight[:: scale**2]
        convolution.weight.copy_(first.repeat_interleave(scale**2, dim=0))
        if convolution.bias is not None:
            convolution.bias.copy_(convolution.bias[:: scale**2].repeat_interleave(scale**2))
