"""Normalisation, and what makes it bearable for super-resolution.

Sources: Salimans and Kingma, "Weight Normalization", arXiv:1602.07868, section 2, which WDSR (arXiv:1808.08718, section
3.4) takes in place of batch normalisation. Liu et al., "AdaDM: Enabling Normalization for Image Super-Resolution",
arXiv:2111.13905, section 3: batch normalisation takes away how strongly a block's input varies; multiplied by a learned
power of that, the block gives it back.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

Normalization = Literal["none", "batch", "instance", "layer"]


def normalization(kind: Normalization, width: int) -> nn.Module:
    """A layer that normalises (N, width, H, W), with a learned scale and shift; `none` leaves it as it is.

    * `batch`: each channel over all images and pixels (arXiv:1502.03167).
    * `instance`: each channel over the pixels of its own image (arXiv:1607.08022).
    * `layer`: each image over channels and pixels (arXiv:1607.06450).
    """
    match kind:
        case "batch":
            return nn.BatchNorm2d(width)
        case "instance":
            return nn.InstanceNorm2d(width, affine=True)
        case "layer":
            return nn.GroupNorm(1, width)
        case "none":
            return nn.Identity()


def weight_normalized(convolution: nn.Conv2d) -> nn.Conv2d:
    """Let a convolution learn the length of each output channel's kernel apart from its direction.

    It answers as before; only what a step of training changes is another. Nothing is read off the images, so that tiles
    and batches are not affected.

    Args:
        convolution: Changed in place.

    Returns:
        The same convolution.
    """
    parametrizations.weight_norm(convolution)
    return convolution


def with_plain_weights(convolution: nn.Conv2d) -> nn.Conv2d:
    """The reverse of `weight_normalized`, for a network that has learned: plain weights, the same answer.

    Args:
        convolution: Changed in place.

    Returns:
        The same convolution.
    """
    parametrize.remove_parametrizations(convolution, "weight")
    return convolution


class AdaptiveDeviation(nn.Module):
    """AdaDM: multiplies a residual branch by a learned power of its input's standard deviation.

    The factor is exp(w · log σ + b), σ over channels and pixels of each image; it begins as σ itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, branch: Tensor, block_input: Tensor) -> Tensor:
        """Both (N, C, H, W); the branch, modulated."""
        variance = block_input.var(dim=(1, 2, 3), keepdim=True, correction=0)
        # Half the logarithm of the variance: its root has no slope at 0, and 0 no logarithm.
        logarithm = variance.clamp(min=torch.finfo(variance.dtype).tiny).log() / 2
        return branch * (self.weight * logarithm + self.bias).exp()
