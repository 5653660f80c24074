"""Layer attention: the answers of several layers weighted by how alike they are.

Source: HAN (Niu et al., "Single Image Super-Resolution via a Holistic Attention Network", ECCV 2020,
arXiv:2008.08767), section 3.2, equations 3 to 5, and the authors' code for the direction of the softmax.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LayerAttention(nn.Module):
    """Adds to each layer's features a mixture of all layers', by a factor that training opens from 0.

    Two layers' affinity is the product of their features over all channels and pixels, so that a tile never agrees with
    the whole. The authors' code takes each affinity from the largest before the softmax: unlike layers weigh more.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, layers: Tensor) -> Tensor:
        """(N, L, C, H, W) to (N, L·C, H, W)."""
        batch, count, channels, height, width = layers.shape
        flat = layers.reshape(batch, count, channels * height * width)
        affinity = flat @ flat.transpose(1, 2)
        weights = (affinity.amax(dim=-1, keepdim=True) - affinity).softmax(dim=-1)
        mixed = self.strength * (weights @ flat) + flat
        return mixed.reshape(batch, count * channels, height, width)
