"""Residual Feature Distillation Network: distillation by thin convolutions, residuals in every step.

Source: Liu, Tang and Wu, "Residual Feature Distillation Network for Lightweight Image Super-Resolution",
ECCVW 2020, arXiv:2009.11551. It won the AIM 2020 challenge on efficient super-resolution and is a
baseline of NTIRE 2022. The parameters that the paper prints (534K, 541K, 550K) equal these networks'
without the four 3×3 convolutions of each attention; here, as in the authors' files, they are there.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.spatial import MINIMUM_SIZE, POOL_STRIDE, AttentionForm, EnhancedSpatialAttention
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling
from superres.models.foreign_names import ForeignNames, trunk_sizes

NEGATIVE_SLOPE = 0.05
POOLED_CONVOLUTIONS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class RFDNConfig:
    """Hyperparameters; the defaults are the paper's smaller network."""

    scale: int = 4
    channels: int = 3
    width: int = 48
    """Channels between blocks."""
    blocks: int = 6
    attention: AttentionForm = "stretch"
    lowest: float = 0.0
    """What black becomes before the first convolution ..."""
    highest: float = 255.0
    """... and what white becomes; the authors' weights expect 0 and 255."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.blocks) < 1:
            raise InvalidConfigError(f"every size of an RFDN must be at least 1, got {self}")
        if self.width < 4:
            raise InvalidConfigError(
                f"an RFDN attends with a quarter of its channels, so width must be at least 4, got {self.width}"
            )
        if self.highest <= self.lowest:
            raise InvalidConfigError(f"white must be above black: lowest {self.lowest}, highest {self.highest}")

    @property
    def attention_width(self) -> int:
        """Channels inside the attention."""
        return self.width // 4


class ResidualFeatureDistillationBlock(nn.Module):
    """RFDB: three residual convolutions with a thin copy of what enters each, fused, then attention.

    Args:
        width: Channels between blocks; half of them are set aside at each step.
        attention: What weighs the result.
    """

    def __init__(self, width: int, attention: nn.Module) -> None:
        super().__init__()
        kept = width // 2
        self.distill = nn.ModuleList(nn.Conv2d(width, kept, kernel_size=1) for _ in range(3))
        self.refine = nn.ModuleList(nn.Conv2d(width, width, kernel_size=3, padding=1) for _ in range(3))
        self.last = nn.Conv2d(width, kept, kernel_size=3, padding=1)
        self.fuse = nn.Conv2d(4 * kept, width, kernel_size=1)
        self.attention = attention

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        passed, distilled = features, list[Tensor]()
        for distill, refine in zip(self.distill, self.refine, strict=True):
            distilled.append(functional.leaky_relu(distill(passed), NEGATIVE_SLOPE))
            passed = functional.leaky_relu(refine(passed) + passed, NEGATIVE_SLOPE)
        distilled.append(functional.leaky_relu(self.last(passed), NEGATIVE_SLOPE))
        return self.attention(self.fuse(torch.cat(distilled, dim=1)))


def _block(config: RFDNConfig) -> ResidualFeatureDistillationBlock:
    width, thin = config.width, config.attention_width
    attention = EnhancedSpatialAttention(width, thin, config.attention, POOLED_CONVOLUTIONS)
    return ResidualFeatureDistillationBlock(width, attention)


class RFDN(nn.Module):
    """RGB in [0, 1] in and out, not clipped; sides of at least 15 pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: RFDNConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.head = nn.Conv2d(config.channels, width, kernel_size=3, padding=1)
        self.blocks = nn.ModuleList(_block(config) for _ in range(config.blocks))
        self.fuse = nn.Conv2d(width * config.blocks, width, kernel_size=1)
        self.tail = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.upsample = SubpixelUpsampling(width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        span = self.config.highest - self.config.lowest
        features = self.head(low * span + self.config.lowest)
        local, steps = features, list[Tensor]()
        for block in self.blocks:
            local = block(local)
            steps.append(local)
        fused = functional.leaky_relu(self.fuse(torch.cat(steps, dim=1)), NEGATIVE_SLOPE)
        high = self.upsample(self.tail(fused) + features)
        return (high - self.config.lowest) / span


_NAMES = ForeignNames(
    ends={
        "fea_conv": "head",
        "c.0": "fuse",
        "LR_conv": "tail",
        "upsampler.0": "upsample.convolution",
    },
    parts={
        "c1_d": "distill.0",
        "c2_d": "distill.1",
        "c3_d": "distill.2",
        "c1_r": "refine.0",
        "c2_r": "refine.1",
        "c3_r": "refine.2",
        "c4": "last",
        "c5": "fuse",
        "esa.conv1": "attention.reduce",
        "esa.conv_f": "attention.skip",
        "esa.conv2": "attention.shrink",
        "esa.conv_max": "attention.pooled",
        "esa.conv3": "attention.deeper.0",
        "esa.conv3_": "attention.deeper.1",
        "esa.conv4": "attention.expand",
    },
    block="B",
)


def from_authors(tensors: StateDict) -> tuple[RFDNConfig, dict[str, Tensor]]:
    """Read a file of github.com/njulj/RFDN (MIT), or the same network of github.com/ofsoundof/NTIRE2022_ESR.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    ours = _NAMES.replaced(tensors)
    sizes = trunk_sizes(ours)
    config = RFDNConfig(
        scale=sizes.scale,
        channels=sizes.channels,
        width=sizes.width,
        blocks=sizes.blocks,
    )
    return config, ours


def _tiling(config: RFDNConfig) -> Tiling:
    exact = config.attention == "grid"
    return Tiling(minimum_size=MINIMUM_SIZE, grid=POOL_STRIDE, overlap=8 * POOL_STRIDE, is_exact=exact)


ARCHITECTURE = Architecture(
    name="rfdn",
    config=RFDNConfig,
    network=RFDN,
    source="arXiv:2009.11551",
    variants={
        **{f"rfdn_x{scale}": RFDNConfig(scale=scale) for scale in (2, 3, 4)},
        **{f"rfdn_l_x{scale}": RFDNConfig(scale=scale, width=52) for scale in (2, 3, 4)},
        "rfdn_challenge_x4": RFDNConfig(width=50, blocks=4),
    },
    tiling=_tiling,
    from_foreign=from_authors,
)
