"""A plain residual network whose parts can be exchanged, to compare one part at a time.

No paper's own: the trunk is that of EDSR (arXiv:1707.02921), small; attention sits in each block where RCAN
(arXiv:1807.02758) and RFANet (CVPR 2020) have it, behind the second convolution; normalisation where SRResNet
(arXiv:1609.04802) has it, behind each; enlargement acts on few channels, so that its kinds cost alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.channel import ChannelAttention
from superres.layers.attention.mixed import BottleneckAttention, ConvolutionalBlockAttention
from superres.layers.attention.spatial import MINIMUM_SIZE, POOL_STRIDE, EnhancedSpatialAttention
from superres.layers.identity import silence
from superres.layers.normalization import AdaptiveDeviation, Normalization, normalization
from superres.layers.upsampling.attention import AttentionUpsampling
from superres.layers.upsampling.decomposed import DecomposedTransposedUpsampling
from superres.layers.upsampling.interpolation import Interpolation, InterpolationUpsampling
from superres.layers.upsampling.meta import MetaUpsampling
from superres.layers.upsampling.subpixel import SubpixelUpsampling, icnr_
from superres.layers.upsampling.transposed import TransposedUpsampling
from superres.models.architecture import Architecture, Tiling

Attention = Literal["none", "channel", "contrast", "spatial", "cbam", "bam"]
Upsampling = Literal[Interpolation, "transposed", "decomposed", "subpixel", "attention", "meta"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ResidualConfig:
    """Hyperparameters."""

    scale: int = 4
    channels: int = 3
    width: int = 32
    blocks: int = 3
    attention: Attention = "none"
    """Behind the second convolution of each block; inside it, a quarter of the channels."""
    normalization: Normalization = "none"
    """Behind each convolution of a block."""
    restores_deviation: bool = False
    """Whether a block gives back the deviation that normalisation takes away (AdaDM)."""
    residual_scale: float = 1.0
    """What a block's answer is multiplied by before it is added."""
    upsampling: Upsampling = "subpixel"
    enlarged_width: int = 12
    """Channels that are enlarged, before a last convolution makes the image of them."""

    def __post_init__(self) -> None:
        if min(self.scale, self.width, self.blocks, self.enlarged_width) < 1 or self.channels not in (1, 3):
            raise InvalidConfigError(f"a residual network needs channels of 1 or 3 and sizes of at least 1, got {self}")


def _attention(config: ResidualConfig) -> nn.Module:
    width, reduced = config.width, max(1, config.width // 4)
    match config.attention:
        case "none":
            return nn.Identity()
        case "channel":
            return ChannelAttention(width, reduced)
        case "contrast":
            return ChannelAttention(width, reduced, "contrast")
        case "spatial":
            return EnhancedSpatialAttention(width, reduced)
        case "cbam":
            return ConvolutionalBlockAttention(width, reduced)
        case "bam":
            return BottleneckAttention(width, reduced)


def _upsampling(config: ResidualConfig) -> nn.Module:
    width, scale = config.enlarged_width, config.scale
    match config.upsampling:
        case "transposed":
            return TransposedUpsampling(width, width, scale)
        case "decomposed":
            return DecomposedTransposedUpsampling(width, scale, kernel_size=2 * scale)
        case "subpixel":
            subpixel = SubpixelUpsampling(width, width, scale)
            icnr_(subpixel.convolution, scale)
            return subpixel
        case "attention":
            return AttentionUpsampling(width, scale)
        case "meta":
            return MetaUpsampling(width, width)
        case "nearest" | "bilinear" | "bicubic":
            return InterpolationUpsampling(scale, config.upsampling)


class ResidualBlock(nn.Module):
    """Two convolutions with a ReLU between them, what the configuration puts behind them, and the input added."""

    def __init__(self, config: ResidualConfig) -> None:
        super().__init__()
        width = config.width
        self.first = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.second = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.first_norm = normalization(config.normalization, width)
        self.second_norm = normalization(config.normalization, width)
        self.deviation = AdaptiveDeviation() if config.restores_deviation else None
        self.attention = _attention(config)
        self.residual_scale = config.residual_scale

    def begin_as_identity(self) -> None:
        """See `superres.layers.identity`."""
        silence(self.second)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        inner = functional.relu(self.first_norm(self.first(features)))
        branch = self.second_norm(self.second(inner))
        if self.deviation is not None:
            branch = self.deviation(branch, features)
        return features + self.residual_scale * self.attention(branch)


class ResidualNetwork(nn.Module):
    """RGB or luma in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: ResidualConfig) -> None:
        super().__init__()
        self.config = config
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(config) for _ in range(config.blocks)))
        self.gather = nn.Conv2d(config.width, config.enlarged_width, kernel_size=3, padding=1)
        self.upsample = _upsampling(config)
        self.restore = nn.Conv2d(config.enlarged_width, config.channels, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        features = self.head(2 * low - 1)
        few = self.gather(self.blocks(features) + features)
        is_meta = isinstance(self.upsample, MetaUpsampling)
        enlarged = self.upsample(few, self.config.scale) if is_meta else self.upsample(few)
        return (self.restore(enlarged) + 1) / 2


def _tiling(config: ResidualConfig) -> Tiling:
    sees_all = config.attention in ("channel", "contrast", "cbam", "bam") or config.normalization in (
        "instance",
        "layer",
    )
    is_exact = not (sees_all or config.restores_deviation)
    # Head, two convolutions a block, gather, the enlargement (at most the nine taps of a transposed one), restore.
    overlap = 2 * config.blocks + 7
    if config.attention == "spatial":
        return Tiling(minimum_size=MINIMUM_SIZE, grid=POOL_STRIDE, overlap=8 * POOL_STRIDE, is_exact=is_exact)
    return Tiling(minimum_size=InterpolationUpsampling.MINIMUM_SIZE, grid=1, overlap=overlap, is_exact=is_exact)


_UPSAMPLINGS: tuple[Upsampling, ...] = (
    "nearest",
    "bicubic",
    "transposed",
    "decomposed",
    "subpixel",
    "attention",
    "meta",
)
_ATTENTIONS: tuple[Attention, ...] = ("channel", "contrast", "spatial", "cbam", "bam")

ARCHITECTURE = Architecture(
    name="residual",
    config=ResidualConfig,
    network=ResidualNetwork,
    source="this project, after arXiv:1707.02921",
    variants={
        **{f"residual_{kind}_upsampling_x4": ResidualConfig(upsampling=kind) for kind in _UPSAMPLINGS},
        **{f"residual_{kind}_x4": ResidualConfig(attention=kind) for kind in _ATTENTIONS},
        "residual_batch_norm_x4": ResidualConfig(normalization="batch"),
        "residual_adadm_x4": ResidualConfig(normalization="batch", restores_deviation=True),
    },
    tiling=_tiling,
)
