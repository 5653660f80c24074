"""Holistic Attention Network: RCAN's groups, all of whose answers are weighted against each other.

Source: Niu et al., "Single Image Super-Resolution via a Holistic Attention Network", ECCV 2020, arXiv:2008.08767,
section 3 and figure 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.attention.layer import LayerAttention
from superres.layers.attention.mixed import ChannelSpatialAttention
from superres.layers.mean_colour import mean_colour
from superres.layers.upsampling.subpixel import SubpixelStages, stages_of
from superres.models.architecture import Architecture
from superres.models.rcan import RCANConfig, ResidualGroup, whole_image


@dataclass(frozen=True, kw_only=True, slots=True)
class HANConfig:
    """Hyperparameters; the defaults are the paper's network."""

    scale: int = 2
    width: int = 64
    groups: int = 10
    blocks: int = 20
    """Of each group."""
    reduction: int = 16
    """Channels over hidden channels of the attention in a block."""
    value_range: float = 255.0
    """What white is before the first convolution."""

    @property
    def channels(self) -> int:
        """RGB."""
        return 3

    def __post_init__(self) -> None:
        stages_of(self.scale)
        if min(self.groups, self.blocks, self.reduction) < 1 or self.width < self.reduction:
            raise InvalidConfigError(f"a HAN needs sizes of at least 1, and a width of at least its reduction: {self}")

    def trunk(self) -> RCANConfig:
        """RCAN's part of it."""
        return RCANConfig(
            scale=self.scale, width=self.width, groups=self.groups, blocks=self.blocks, reduction=self.reduction
        )


class HAN(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    mean: Tensor

    def __init__(self, config: HANConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.register_buffer("mean", mean_colour(), persistent=False)
        self.head = nn.Conv2d(3, width, kernel_size=3, padding=1)
        self.groups = nn.ModuleList(ResidualGroup(config.trunk()) for _ in range(config.groups))
        self.tail = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.layer_attention = LayerAttention()
        self.fuse_layers = nn.Conv2d(width * (config.groups + 1), width, kernel_size=3, padding=1)
        self.channel_spatial = ChannelSpatialAttention()
        self.fuse = nn.Conv2d(2 * width, width, kernel_size=3, padding=1)
        self.upsample = SubpixelStages(width, config.scale)
        self.restore = nn.Conv2d(width, 3, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        features = self.head((low - self.mean) * self.config.value_range)
        answers: list[Tensor] = []
        deep = features
        for part in (*self.groups, self.tail):
            deep = part(deep)
            answers.append(deep)
        layers = self.fuse_layers(self.layer_attention(torch.stack(answers, dim=1)))
        holistic = self.fuse(torch.cat([self.channel_spatial(deep), layers], dim=1))
        return self.restore(self.upsample(holistic + features)) / self.config.value_range + self.mean


ARCHITECTURE = Architecture(
    name="han",
    config=HANConfig,
    network=HAN,
    source="arXiv:2008.08767",
    variants={f"han_x{scale}": HANConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=whole_image,
)
