"""Efficient Sub-Pixel Convolutional Network: all work at low resolution, pixels put in place at the end.

Source: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
Neural Network", arXiv:1609.05158, sections 3 and 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class ESPCNConfig:
    """Hyperparameters; the defaults are the paper's luminance network."""

    scale: int = 3
    channels: int = 1
    widths: tuple[int, ...] = (64, 32)
    kernel_sizes: tuple[int, ...] = (5, 3)
    """Of the hidden convolutions; the last one, before the shuffle, is 3×3."""
    activation: Literal["tanh", "relu"] = "tanh"

    def __post_init__(self) -> None:
        if not self.widths or len(self.widths) != len(self.kernel_sizes):
            raise InvalidConfigError(
                f"an ESPCN needs hidden convolutions, and a kernel size for each width; "
                f"got widths {self.widths}, kernel_sizes {self.kernel_sizes}"
            )
        if min(self.scale, self.channels, *self.widths, *self.kernel_sizes) < 1:
            raise InvalidConfigError(f"every size of an ESPCN must be at least 1, got {self}")
        if not all(side % 2 for side in self.kernel_sizes):
            raise InvalidConfigError(f"kernels of an ESPCN need odd sides, got {self.kernel_sizes}")


class ESPCN(nn.Module):
    """Values in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: ESPCNConfig) -> None:
        super().__init__()
        self.config = config
        widths = (config.channels, *config.widths)
        self.hidden = nn.ModuleList(
            nn.Conv2d(before, after, side, padding=side // 2)
            for (before, after), side in zip(pairwise(widths), config.kernel_sizes, strict=True)
        )
        self.upsample = SubpixelUpsampling(widths[-1], config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        activate = torch.tanh if self.config.activation == "tanh" else torch.relu
        features = low
        for convolution in self.hidden:
            features = activate(convolution(features))
        return self.upsample(features)


def _tiling(config: ESPCNConfig) -> Tiling:
    reach = sum(side // 2 for side in config.kernel_sizes) + 1
    return Tiling(minimum_size=1, grid=1, overlap=reach, is_exact=True)


ARCHITECTURE = Architecture(
    name="espcn",
    config=ESPCNConfig,
    network=ESPCN,
    source="arXiv:1609.05158",
    variants={f"espcn_x{scale}": ESPCNConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    colour="luma",
)
