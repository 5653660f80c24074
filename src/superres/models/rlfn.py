"""Residual Local Feature Network: plain convolutions in short residual blocks, fast for its quality.

Source: Kong et al., "Residual Local Feature Network for Efficient Super-Resolution", CVPRW 2022,
arXiv:2205.07514. The paper draws ReLU; the authors' code and weights use LeakyReLU(0.05), as here.

Its ablations (section 4.3) are configurations: RFDN's block in the same trunk, that block without its distillation,
and attention with three convolutions in place of one. How the middle one is drawn is our reading of the words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.spatial import MINIMUM_SIZE, POOL_STRIDE, AttentionForm, EnhancedSpatialAttention
from superres.layers.edge_oriented import convolution
from superres.layers.identity import silence
from superres.layers.reparameterization import ConvolutionForm
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling
from superres.models.foreign_names import ForeignNames, trunk_sizes
from superres.models.rfdn import ResidualFeatureDistillationBlock

NEGATIVE_SLOPE = 0.05

Block = Literal["local", "undistilled", "distilled"]
"""The paper's block; RFDN's without the thin copies; RFDN's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RLFNConfig:
    """Hyperparameters; the defaults are the paper's main network, with attention on the grid."""

    scale: int = 4
    channels: int = 3
    width: int = 52
    """Channels between blocks."""
    block_width: int | None = None
    """Channels inside a block; the same as between blocks where not given."""
    blocks: int = 6
    attention_width: int = 16
    attention: AttentionForm = "grid"
    attention_convolutions: int = 1
    """On the pooled map of the attention; RFDN's has 3."""
    block: Block = "local"
    lowest: float = -1.0
    """What black becomes before the first convolution; the authors' weights expect 0 ..."""
    highest: float = 1.0
    """... and what white becomes; the authors' weights expect 255."""
    form: ConvolutionForm = "merged"
    """Branched, the 3×3 convolutions of blocks and tail learn as ECBSR's do (this project's addition)."""

    def __post_init__(self) -> None:
        sizes = (self.scale, self.channels, self.width, self.blocks, self.attention_width, self.inner_width)
        if min(*sizes, self.attention_convolutions) < 1:
            raise InvalidConfigError(f"every size of an RLFN must be at least 1, got {self}")
        if self.block != "local" and self.block_width is not None:
            raise InvalidConfigError(f"only the block called local has a width of its own inside, got {self}")
        if self.block != "local" and self.form == "branched":
            raise InvalidConfigError(f"only the block called local learns with branches, got {self}")
        if self.highest <= self.lowest:
            raise InvalidConfigError(f"white must be above black: lowest {self.lowest}, highest {self.highest}")

    @property
    def inner_width(self) -> int:
        """Channels inside a block."""
        return self.width if self.block_width is None else self.block_width


class ResidualLocalFeatureBlock(nn.Module):
    """Three convolutions with a residual, a 1×1 convolution, spatial attention (figure 2)."""

    def __init__(self, config: RLFNConfig) -> None:
        super().__init__()
        width, inner = config.width, config.inner_width
        self.first = convolution(width, inner, config.form)
        self.second = convolution(inner, inner, config.form)
        self.third = convolution(inner, width, config.form)
        self.fuse = nn.Conv2d(width, width, kernel_size=1)
        self.attention = _attention(config)

    @torch.no_grad()
    def begin_as_identity(self) -> None:
        """See `superres.layers.identity`: the attention halves all features, and the 1×1 convolution doubles them.

        Raises:
            InvalidConfigError: If the block learns with branches.
        """
        if not isinstance(self.third, nn.Conv2d):
            raise InvalidConfigError("a block that learns with branches cannot begin as an identity; merge it first")
        silence(self.third, self.fuse, self.attention.expand)
        self.fuse.weight[:, :, 0, 0].fill_diagonal_(2.0)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        local = features
        for layer in (self.first, self.second, self.third):
            local = functional.leaky_relu(layer(local), NEGATIVE_SLOPE)
        return self.attention(self.fuse(features + local))


class ResidualStepsBlock(nn.Module):
    """RFDN's block without its thin copies: three convolutions, each with a residual of its own; then as above."""

    def __init__(self, config: RLFNConfig) -> None:
        super().__init__()
        width = config.width
        self.refine = nn.ModuleList(nn.Conv2d(width, width, kernel_size=3, padding=1) for _ in range(3))
        self.fuse = nn.Conv2d(width, width, kernel_size=1)
        self.attention = _attention(config)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        for layer in self.refine:
            features = functional.leaky_relu(layer(features) + features, NEGATIVE_SLOPE)
        return self.attention(self.fuse(features))


def _attention(config: RLFNConfig) -> EnhancedSpatialAttention:
    return EnhancedSpatialAttention(
        config.width, config.attention_width, config.attention, config.attention_convolutions
    )


def _block(config: RLFNConfig) -> nn.Module:
    match config.block:
        case "local":
            return ResidualLocalFeatureBlock(config)
        case "undistilled":
            return ResidualStepsBlock(config)
        case "distilled":
            return ResidualFeatureDistillationBlock(config.width, _attention(config))


class RLFN(nn.Module):
    """RGB in [0, 1] in and out, not clipped; sides of at least 15 pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: RLFNConfig) -> None:
        super().__init__()
        self.config = config
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(_block(config) for _ in range(config.blocks)))
        self.tail = convolution(config.width, config.width, config.form)
        self.upsample = SubpixelUpsampling(config.width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        span = self.config.highest - self.config.lowest
        features = self.head(low * span + self.config.lowest)
        high = self.upsample(self.tail(self.blocks(features)) + features)
        return (high - self.config.lowest) / span


_NAMES = ForeignNames(
    ends={
        "conv_1": "head",
        "conv_2": "tail",
        "upsampler.0": "upsample.convolution",
    },
    parts={
        "c1_r": "first",
        "c2_r": "second",
        "c3_r": "third",
        "c5": "fuse",
        "esa.conv1": "attention.reduce",
        "esa.conv_f": "attention.skip",
        "esa.conv2": "attention.shrink",
        "esa.conv3": "attention.pooled",
        "esa.conv4": "attention.expand",
    },
    block="block_",
)


def from_authors(tensors: StateDict) -> tuple[RLFNConfig, dict[str, Tensor]]:
    """Read a file of github.com/bytedance/RLFN (Apache-2.0): its configuration, and tensors under our names.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    ours = _NAMES.replaced(tensors)
    sizes = trunk_sizes(ours)
    inner = ours["blocks.0.first.weight"].shape[0]
    config = RLFNConfig(
        scale=sizes.scale,
        channels=sizes.channels,
        width=sizes.width,
        block_width=None if inner == sizes.width else inner,
        blocks=sizes.blocks,
        attention_width=ours["blocks.0.attention.reduce.bias"].shape[0],
        attention="stretch",
        lowest=0.0,
        highest=255.0,
    )
    return config, ours


def _tiling(config: RLFNConfig) -> Tiling:
    # The blocks' convolutions reach a few pixels, their pooled maps a cell or two each: beyond this context, trained
    # networks of four and six blocks differ from the whole image by less than a tenth of 1/255.
    overlap = POOL_STRIDE * (3 + -(-config.blocks // 2))
    exact = config.attention == "grid"
    return Tiling(minimum_size=MINIMUM_SIZE, grid=POOL_STRIDE, overlap=overlap, is_exact=exact)


def _published(scale: int, width: int, blocks: int = 6, block_width: int | None = None) -> RLFNConfig:
    return RLFNConfig(
        scale=scale, width=width, blocks=blocks, block_width=block_width, attention="stretch", lowest=0.0, highest=255.0
    )


def _ablations(scale: int) -> dict[str, RLFNConfig]:
    """With the widths that the paper compares: RFDN's 48, and 52 where something was taken away."""
    return {
        f"rlfn_distilled_x{scale}": replace(_published(scale, 48), block="distilled"),
        f"rlfn_undistilled_x{scale}": replace(_published(scale, 52), block="undistilled"),
        f"rlfn_three_convolutions_x{scale}": replace(_published(scale, 52), attention_convolutions=3),
    }


ARCHITECTURE = Architecture(
    name="rlfn",
    config=RLFNConfig,
    network=RLFN,
    source="arXiv:2205.07514",
    variants={
        **{f"rlfn_x{scale}": _published(scale, 52) for scale in (2, 3, 4)},
        **{f"rlfn_s_x{scale}": _published(scale, 48) for scale in (2, 3, 4)},
        **{f"rlfn_challenge_x{scale}": _published(scale, 48, blocks=4) for scale in (2, 3, 4)},
        **{f"rlfn_pruned_x{scale}": _published(scale, 46, blocks=4, block_width=48) for scale in (2, 3, 4)},
        **_ablations(2),
        **_ablations(4),
        **{f"rlfn_compact_x{scale}": RLFNConfig(scale=scale, width=48, blocks=4) for scale in (2, 3, 4)},
        **{f"rlfn_large_x{scale}": RLFNConfig(scale=scale, width=64, blocks=6) for scale in (2, 3, 4)},
    },
    tiling=_tiling,
    from_foreign=from_authors,
)
