"""Swift Parameter-free Attention Network: a block's output weighs itself, so attention costs no parameters.

Source: Wan et al., "Swift Parameter-free Attention Network for Efficient Super-Resolution", CVPRW 2024,
arXiv:2311.12770, section 3; winner of NTIRE 2024 with 28 channels. A block's first features, which the
last fusion takes, are the activated ones: the authors' code activates in place, and their weights need it so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.reparameterization import (
    BranchedConvolution,
    ConvolutionForm,
    Kernel,
    added,
    chained,
    kernel_of,
    merged_state,
)
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling
from superres.models.foreign_names import ForeignNames, trunk_sizes

EXPANSION = 2
"""Times the channels inside a convolution's longest branch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SPANConfig:
    """Hyperparameters; the defaults are the paper's main network."""

    scale: int = 4
    channels: int = 3
    width: int = 48
    blocks: int = 6
    form: ConvolutionForm = "merged"
    means: tuple[float, ...] = (0.4488, 0.4371, 0.4040)
    """Taken off the image first: the mean colour of DIV2K."""
    gain: float = 255.0
    """The image is multiplied by this next; what comes out is in [0, 1] without either."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width) < 1 or self.blocks < 2:
            raise InvalidConfigError(f"a SPAN needs sizes of at least 1 and two blocks or more, got {self}")
        if len(self.means) != self.channels:
            raise InvalidConfigError(
                f"means needs one value for each channel: {self.channels} channels, got {len(self.means)} values"
            )


class ExpandedConvolution(BranchedConvolution):
    """1×1, 3×3 and 1×1 in a row, and one 1×1 beside them."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.expand = nn.Conv2d(inputs, EXPANSION * inputs, kernel_size=1)
        self.filter = nn.Conv2d(EXPANSION * inputs, EXPANSION * outputs, kernel_size=3)
        self.reduce = nn.Conv2d(EXPANSION * outputs, outputs, kernel_size=1)
        self.beside = nn.Conv2d(inputs, outputs, kernel_size=1)

    def branches(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        # Zeros come before the 1×1 convolution, so that the border holds its bias.
        padded = functional.pad(features, (1, 1, 1, 1))
        return self.reduce(self.filter(self.expand(padded))) + self.beside(features)

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        row = chained(chained(kernel_of(self.expand), kernel_of(self.filter)), kernel_of(self.reduce))
        return added(row, kernel_of(self.beside))


def _convolution(inputs: int, outputs: int, form: ConvolutionForm) -> nn.Module:
    if form == "branched":
        return ExpandedConvolution(inputs, outputs)
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)


class SwiftAttentionBlock(nn.Module):
    """Three convolutions; the last one's odd function of itself is the attention map."""

    def __init__(self, config: SPANConfig) -> None:
        super().__init__()
        self.first = _convolution(config.width, config.width, config.form)
        self.second = _convolution(config.width, config.width, config.form)
        self.third = _convolution(config.width, config.width, config.form)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(N, width, H, W) to the block's output and its first features, each of the same shape."""
        early = functional.silu(self.first(features))
        late = self.third(functional.silu(self.second(early)))
        return (late + features) * (late.sigmoid() - 0.5), early


class SPAN(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    means: Tensor

    def __init__(self, config: SPANConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("means", torch.tensor(config.means)[:, None, None], persistent=False)
        self.head = _convolution(config.channels, config.width, config.form)
        self.blocks = nn.ModuleList([SwiftAttentionBlock(config) for _ in range(config.blocks)])
        self.tail = _convolution(config.width, config.width, config.form)
        self.fuse = nn.Conv2d(4 * config.width, config.width, kernel_size=1)
        self.upsample = SubpixelUpsampling(config.width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        shallow = self.head((low - self.means) * self.config.gain)
        features, first, early = shallow, shallow, shallow
        for index, block in enumerate(self.blocks):
            features, early = block(features)
            first = features if index == 0 else first
        return self.upsample(self.fuse(torch.cat([shallow, self.tail(features), first, early], dim=1)))


def merged(network: SPAN) -> SPAN:
    """The same network with one 3×3 convolution in place of each branched one; equal up to rounding."""
    result = SPAN(replace(network.config, form="merged"))
    result.load_state_dict(merged_state(network))
    return result.train(network.training)


_NAMES = ForeignNames(
    ends={
        "conv_1.eval_conv": "head",
        "conv_2.eval_conv": "tail",
        "conv_cat": "fuse",
        "upsampler.0": "upsample.convolution",
    },
    parts={
        "c1_r.eval_conv": "first",
        "c2_r.eval_conv": "second",
        "c3_r.eval_conv": "third",
    },
    block="block_",
)


def from_authors(tensors: StateDict) -> tuple[SPANConfig, dict[str, Tensor]]:
    """Read the merged form of github.com/Amazingren/NTIRE2024_ESR (MIT): configuration, and tensors under our names.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    ours = _NAMES.replaced(tensors)
    sizes = trunk_sizes(ours)
    config = SPANConfig(
        scale=sizes.scale,
        channels=sizes.channels,
        width=sizes.width,
        blocks=sizes.blocks,
    )
    return config, ours


def _tiling(config: SPANConfig) -> Tiling:
    # Head, tail and upsampling see one pixel to each side; so does each of a block's three convolutions.
    return Tiling(minimum_size=1, grid=1, overlap=3 * config.blocks + 3, is_exact=True)


ARCHITECTURE = Architecture(
    name="span",
    config=SPANConfig,
    network=SPAN,
    source="arXiv:2311.12770",
    variants={
        **{f"span_x{scale}": SPANConfig(scale=scale) for scale in (2, 4)},
        "span_challenge_x4": SPANConfig(scale=4, width=28),
    },
    tiling=_tiling,
    from_foreign=from_authors,
)
