"""The mean colour that many networks do not see: it is taken away at the head and given back at the end."""

from __future__ import annotations

import torch
from torch import Tensor

DIV2K = (0.4488, 0.4371, 0.4040)
"""Red, green and blue of the DIV2K training images, in [0, 1]; EDSR's (arXiv:1707.02921) and its followers'."""


def mean_colour(channels: int = 3) -> Tensor:
    """(1, channels, 1, 1): the colour for three channels, its mean for one."""
    colour = DIV2K if channels == 3 else (sum(DIV2K) / len(DIV2K),)
    return torch.tensor(colour).view(1, -1, 1, 1)
