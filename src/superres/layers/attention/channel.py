"""Channel attention: each channel weighted by what it holds over the whole image.

Sources: squeeze-and-excitation (Hu et al., CVPR 2018, arXiv:1709.01507, section 3), as RCAN uses it
(arXiv:1807.02758, section 3.3); contrast-aware attention (IMDN, arXiv:1909.11856, section 3).
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

ChannelStatistic = Literal["mean", "contrast"]

_FIRST_BIAS = 0.1


class ChannelAttention(nn.Module):
    """Multiplies each channel by a weight in (0, 1) drawn from one number for each channel.

    * `mean`, squeeze-and-excitation: that number is the mean over the image.
    * `contrast`, contrast-aware attention: the mean plus the standard deviation, which tells texture from flat areas.

    Both look at the whole image, so a tile never agrees with the whole.

    Args:
        width: Channels of the features.
        reduced_width: Channels between the two fully connected layers.
        statistic: `mean` or `contrast`.
    """

    def __init__(self, width: int, reduced_width: int, statistic: ChannelStatistic = "mean") -> None:
        super().__init__()
        self.statistic: ChannelStatistic = statistic
        self.reduce = nn.Conv2d(width, reduced_width, kernel_size=1)
        self.expand = nn.Conv2d(reduced_width, width, kernel_size=1)
        # Statistics of an untrained network are small, so the sign of the bias decides whether ReLU lets anything pass:
        # of random signs, a sixteenth of layers with four channels would start, and stay, without a gradient.
        nn.init.constant_(self.reduce.get_parameter("bias"), _FIRST_BIAS)

    def forward(self, features: Tensor) -> Tensor:
        """Features weighted channel by channel; (N, C, H, W) to the same shape."""
        squeezed = features.mean(dim=(2, 3), keepdim=True)
        if self.statistic == "contrast":
            squeezed = squeezed + _standard_deviation(features, squeezed)
        return features * self.expand(functional.relu(self.reduce(squeezed))).sigmoid()


def _standard_deviation(features: Tensor, mean: Tensor) -> Tensor:
    """Of each channel over the image, divided by the number of pixels; (N, C, 1, 1)."""
    variance = (features - mean).square().mean(dim=(2, 3), keepdim=True)
    # The root has no slope at 0: without a floor, a flat channel would end training with values that are no numbers.
    return variance.clamp(min=torch.finfo(variance.dtype).tiny).sqrt()
