"""NEESR's Edge-oriented Feature Distillation Network: RFDN with plain convolutions and a coarser attention.

Source: Li et al., "NTIRE 2022 Challenge on Efficient Super-Resolution: Methods and Results", CVPRW 2022,
arXiv:2205.05675, team NEESR, first in the overall-performance subtrack; the team's released code for the structure.
Not the EFDN of team NKU-ESR: that is `superres.models.efdn`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling
from superres.models.foreign_names import ForeignNames, trunk_sizes

NEGATIVE_SLOPE = 0.05
POOL = 7
"""Side and stride of the pooling windows [pixels]."""
MINIMUM_SIZE = POOL - 2
"""The smallest side [pixels] that, with one pixel of padding on each side, fills a window."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NEESRConfig:
    """Hyperparameters; the defaults are the challenge network."""

    scale: int = 4
    channels: int = 3
    width: int = 42
    distilled_width: int = 10
    """Channels that each step of a block keeps."""
    blocks: int = 4
    attention_width: int = 10
    highest: float = 255.0
    """What white becomes before the first convolution; black is 0."""

    def __post_init__(self) -> None:
        sizes = (self.scale, self.channels, self.width, self.distilled_width, self.blocks, self.attention_width)
        if min(sizes) < 1:
            raise InvalidConfigError(f"every size of NEESR's network must be at least 1, got {self}")
        if self.highest <= 0:
            raise InvalidConfigError(f"white must be above black: highest {self.highest}, and black is 0")


class PairedSpatialAttention(nn.Module):
    """A mask from a map pooled by seven, where two convolutions work side by side and a third joins them."""

    def __init__(self, width: int, reduced_width: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(width, reduced_width, kernel_size=1)
        self.skip = nn.Conv2d(reduced_width, reduced_width, kernel_size=1)
        self.left = nn.Conv2d(reduced_width, reduced_width, kernel_size=3, padding=1)
        self.right = nn.Conv2d(reduced_width, reduced_width, kernel_size=3, padding=1)
        self.join = nn.Conv2d(2 * reduced_width, reduced_width, kernel_size=3, padding=1)
        self.expand = nn.Conv2d(reduced_width, width, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """Features weighted by their mask; (N, C, H, W) with H, W >= 5 to the same shape."""
        reduced = self.reduce(features)
        pooled = functional.max_pool2d(reduced, kernel_size=POOL, stride=POOL, padding=1)
        joined = self.join(torch.cat([self.left(pooled).relu(), self.right(pooled).relu()], dim=1))
        size = features.shape[-2:]
        returned = functional.interpolate(joined, size=size, mode="bilinear", align_corners=False)
        return features * self.expand(returned + self.skip(reduced)).sigmoid()


class PlainDistillationBlock(nn.Module):
    """Three times: a 1×1 convolution keeps some channels, a 3×3 refines all; then fusion and attention."""

    def __init__(self, config: NEESRConfig) -> None:
        super().__init__()
        width, kept = config.width, config.distilled_width
        self.distil = nn.ModuleList([nn.Conv2d(width, kept, kernel_size=1) for _ in range(3)])
        self.refine = nn.ModuleList([nn.Conv2d(width, width, kernel_size=3, padding=1) for _ in range(3)])
        self.last = nn.Conv2d(width, kept, kernel_size=3, padding=1)
        self.fuse = nn.Conv2d(4 * kept, width, kernel_size=1)
        self.attention = PairedSpatialAttention(width, config.attention_width)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        kept: list[Tensor] = []
        for distil, refine in zip(self.distil, self.refine, strict=True):
            kept.append(functional.leaky_relu(distil(features), NEGATIVE_SLOPE))
            features = functional.leaky_relu(refine(features), NEGATIVE_SLOPE)
        kept.append(functional.leaky_relu(self.last(features), NEGATIVE_SLOPE))
        return self.attention(self.fuse(torch.cat(kept, dim=1)))


class NEESR(nn.Module):
    """RGB in [0, 1] in and out, not clipped; sides of at least 5 pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: NEESRConfig) -> None:
        super().__init__()
        self.config = config
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(PlainDistillationBlock(config) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.upsample = SubpixelUpsampling(config.width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        shallow = self.head(low * self.config.highest)
        return self.upsample(self.tail(self.blocks(shallow)) + shallow) / self.config.highest


_NAMES = ForeignNames(
    ends={
        "fea_conv": "head",
        "LR_conv": "tail",
        "upsampler.0": "upsample.convolution",
    },
    parts={
        "c1_d": "distil.0",
        "c2_d": "distil.1",
        "c3_d": "distil.2",
        "c1_r.conv3x3": "refine.0",
        "c2_r.conv3x3": "refine.1",
        "c3_r.conv3x3": "refine.2",
        "c4.conv3x3": "last",
        "c5": "fuse",
        "esa.conv1": "attention.reduce",
        "esa.conv_f": "attention.skip",
        "esa.conv_2": "attention.left",
        "esa.conv_3": "attention.right",
        "esa.conv_23": "attention.join",
        "esa.conv4": "attention.expand",
    },
    block="B",
)


def from_authors(tensors: StateDict) -> tuple[NEESRConfig, dict[str, Tensor]]:
    """Read team 5's file of github.com/ofsoundof/NTIRE2022_ESR (MIT): configuration, and tensors under our names.

    Raises:
        KeyError: If a tensor has a name that this file does not use, or one is missing.
        ValueError: If a tensor's shape is not this file's.
    """
    ours = _NAMES.replaced(tensors)
    sizes = trunk_sizes(ours)
    config = NEESRConfig(
        scale=sizes.scale,
        channels=sizes.channels,
        width=sizes.width,
        distilled_width=ours["blocks.0.last.bias"].shape[0],
        blocks=sizes.blocks,
        attention_width=ours["blocks.0.attention.reduce.bias"].shape[0],
    )
    return config, ours


def _tiling(_config: NEESRConfig) -> Tiling:
    # The pooled map is stretched to the image, so no overlap makes tiles exact.
    return Tiling(minimum_size=MINIMUM_SIZE, grid=POOL, overlap=8 * POOL, is_exact=False)


ARCHITECTURE = Architecture(
    name="neesr",
    config=NEESRConfig,
    network=NEESR,
    source="arXiv:2205.05675",
    variants={"neesr_x4": NEESRConfig()},
    tiling=_tiling,
    from_foreign=from_authors,
)
