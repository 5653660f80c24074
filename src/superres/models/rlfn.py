"""Residual Local Feature Network: plain convolutions in short residual blocks, fast for its quality.

Source: Kong et al., "Residual Local Feature Network for Efficient Super-Resolution", CVPRW 2022,
arXiv:2205.07514. The paper draws ReLU; the authors' code and weights use LeakyReLU(0.05), as here.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.spatial import MINIMUM_SIZE, POOL_STRIDE, AttentionForm, EnhancedSpatialAttention
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling

NEGATIVE_SLOPE = 0.05


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
    lowest: float = -1.0
    """What black becomes before the first convolution; the authors' weights expect 0 ..."""
    highest: float = 1.0
    """... and what white becomes; the authors' weights expect 255."""

    def __post_init__(self) -> None:
        smallest = min(self.scale, self.channels, self.width, self.blocks, self.attention_width, self.inner_width)
        if smallest < 1:
            raise InvalidConfigError(f"every size of an RLFN must be at least 1, got {self}")
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
        self.first = nn.Conv2d(width, inner, kernel_size=3, padding=1)
        self.second = nn.Conv2d(inner, inner, kernel_size=3, padding=1)
        self.third = nn.Conv2d(inner, width, kernel_size=3, padding=1)
        self.fuse = nn.Conv2d(width, width, kernel_size=1)
        self.attention = EnhancedSpatialAttention(width, config.attention_width, config.attention)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        local = features
        for convolution in (self.first, self.second, self.third):
            local = functional.leaky_relu(convolution(local), NEGATIVE_SLOPE)
        return self.attention(self.fuse(features + local))


class RLFN(nn.Module):
    """RGB in [0, 1] in and out, not clipped; sides of at least 15 pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: RLFNConfig) -> None:
        super().__init__()
        self.config = config
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(ResidualLocalFeatureBlock(config) for _ in range(config.blocks)))
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.upsample = SubpixelUpsampling(config.width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        span = self.config.highest - self.config.lowest
        features = self.head(low * span + self.config.lowest)
        high = self.upsample(self.tail(self.blocks(features)) + features)
        return (high - self.config.lowest) / span


_FOREIGN_BLOCK = {
    "c1_r": "first",
    "c2_r": "second",
    "c3_r": "third",
    "c5": "fuse",
    "esa.conv1": "attention.reduce",
    "esa.conv_f": "attention.skip",
    "esa.conv2": "attention.shrink",
    "esa.conv3": "attention.pooled",
    "esa.conv4": "attention.expand",
}
_FOREIGN_ENDS = {"conv_1": "head", "conv_2": "tail", "upsampler.0": "upsample.convolution"}


def _our_name(foreign: str) -> str:
    """Our name for a tensor of the authors' files; KeyError where there is none."""
    layer, kind = foreign.rsplit(".", 1)
    if layer in _FOREIGN_ENDS:
        return f"{_FOREIGN_ENDS[layer]}.{kind}"
    block, part = layer.split(".", 1)
    return f"blocks.{int(block.removeprefix('block_')) - 1}.{_FOREIGN_BLOCK[part]}.{kind}"


def from_authors(tensors: StateDict) -> tuple[RLFNConfig, dict[str, Tensor]]:
    """Read a file of github.com/bytedance/RLFN (Apache-2.0): its configuration, and tensors under our names.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    ours = {_our_name(name): tensor for name, tensor in tensors.items()}
    width, channels = ours["head.weight"].shape[:2]
    inner = ours["blocks.0.first.weight"].shape[0]
    values = ours["upsample.convolution.bias"].shape[0]
    config = RLFNConfig(
        scale=round((values / channels) ** 0.5),
        channels=channels,
        width=width,
        block_width=None if inner == width else inner,
        blocks=1 + max(int(name.split(".")[1]) for name in ours if name.startswith("blocks.")),
        attention_width=ours["blocks.0.attention.reduce.bias"].shape[0],
        attention="stretch",
        lowest=0.0,
        highest=255.0,
    )
    return config, ours


def _tiling(config: RLFNConfig) -> Tiling:
    exact = config.attention == "grid"
    return Tiling(minimum_size=MINIMUM_SIZE, grid=POOL_STRIDE, overlap=8 * POOL_STRIDE, is_exact=exact)


def _published(scale: int, width: int, blocks: int = 6, block_width: int | None = None) -> RLFNConfig:
    return RLFNConfig(
        scale=scale, width=width, blocks=blocks, block_width=block_width, attention="stretch", lowest=0.0, highest=255.0
    )


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
        **{f"rlfn_compact_x{scale}": RLFNConfig(scale=scale, width=48, blocks=4) for scale in (2, 3, 4)},
    },
    tiling=_tiling,
    from_foreign=from_authors,
)
