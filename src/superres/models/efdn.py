"""Edge-enhanced Feature Distillation Network: convolutions that learn with edge filters beside them.

Source: Wang, "Edge-enhanced Feature Distillation Network for Efficient Super-Resolution", CVPRW 2022,
arXiv:2204.08759, section 3; team NKU-ESR in NTIRE 2022, the baseline of NTIRE 2025. How blocks are joined came
out of a search. The challenge's team NEESR called its network EFDN too: that is `superres.models.neesr`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.spatial import MINIMUM_SIZE, POOL_STRIDE, AttentionForm, EnhancedSpatialAttention
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

_SOBEL = ((1.0, 0.0, -1.0), (2.0, 0.0, -2.0), (1.0, 0.0, -1.0))
_LAPLACE = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))
EDGES = (_SOBEL, tuple(zip(*_SOBEL, strict=True)), _LAPLACE)
"""The fixed filters: first derivative across, first derivative down, second derivative."""

POOLED_CONVOLUTIONS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class EFDNConfig:
    """Hyperparameters; the defaults are the paper's network, which is the challenge's."""

    scale: int = 4
    channels: int = 3
    width: int = 48
    """Even: each of a block's four stages keeps half of them."""
    attention: AttentionForm = "stretch"
    form: ConvolutionForm = "merged"

    def __post_init__(self) -> None:
        if min(self.scale, self.channels) < 1 or self.width < 4 or self.width % 2:
            raise InvalidConfigError(
                f"an EFDN needs a scale and channels of at least 1 and an even width of at least 4, got {self}"
            )


class EdgeBranch(nn.Module):
    """A 1×1 convolution, then one fixed filter on each channel, scaled by what is learned."""

    edge: Tensor

    def __init__(self, width: int, edge: tuple[tuple[float, ...], ...]) -> None:
        super().__init__()
        self.mix = nn.Conv2d(width, width, kernel_size=1)
        self.gain = nn.Parameter(torch.randn(width) * 1e-3)
        self.bias = nn.Parameter(torch.randn(width) * 1e-3)
        self.register_buffer("edge", torch.tensor(edge), persistent=False)

    def forward(self, padded: Tensor) -> Tensor:
        """(N, width, H + 2, W + 2), padded by zeros, to (N, width, H, W)."""
        weight = (self.gain[:, None, None] * self.edge)[:, None]
        return functional.conv2d(self.mix(padded), weight, self.bias, groups=weight.shape[0])

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        weight = torch.einsum("om,hw->omhw", self.gain.diag(), self.edge)
        return chained(kernel_of(self.mix), Kernel(weight=weight, bias=self.bias))


class EdgeConvolution(BranchedConvolution):
    """3×3, 1×1 and three edge branches, added (EDBB in the paper)."""

    plain_branch = "filter"

    def __init__(self, width: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.beside = nn.Conv2d(width, width, kernel_size=1)
        self.edges = nn.ModuleList([EdgeBranch(width, edge) for edge in EDGES])

    def branches(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        # Zeros come before an edge branch's 1×1 convolution, so that the border holds its bias.
        padded = functional.pad(features, (1, 1, 1, 1))
        edges = torch.stack([edge(padded) for edge in self.edges]).sum(dim=0)
        return self.filter(features) + self.beside(features) + edges

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        edges = [cast("EdgeBranch", edge).kernel() for edge in self.edges]
        return added(kernel_of(self.filter), kernel_of(self.beside), *edges)


def _convolution(width: int, form: ConvolutionForm) -> nn.Module:
    return EdgeConvolution(width) if form == "branched" else nn.Conv2d(width, width, kernel_size=3, padding=1)


class EdgeDistillationBlock(nn.Module):
    """Three convolutions with PReLU; half the channels of each stage are fused and weighed (EFDB)."""

    def __init__(self, config: EFDNConfig) -> None:
        super().__init__()
        width = config.width
        self.first = nn.Conv2d(width, width, kernel_size=1)
        self.second = _convolution(width, config.form)
        self.third = _convolution(width, config.form)
        self.slopes = nn.ModuleList([nn.PReLU(width) for _ in range(3)])
        self.distil = nn.ModuleList([nn.Conv2d(width, width // 2, kernel_size=1) for _ in range(4)])
        self.fuse = nn.Conv2d(4 * (width // 2), width, kernel_size=1)
        self.attention = EnhancedSpatialAttention(width, width // 4, config.attention, POOLED_CONVOLUTIONS)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        stages = [features]
        for convolution, slope in zip((self.first, self.second, self.third), self.slopes, strict=True):
            stages.append(slope(convolution(stages[-1])))
        kept = [distil(stage) for distil, stage in zip(self.distil, stages, strict=True)]
        return self.attention(self.fuse(torch.cat(kept, dim=1))) + features


class EFDN(nn.Module):
    """RGB in [0, 1] in and out, not clipped; sides of at least 15 pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: EFDNConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.head = nn.Conv2d(config.channels, width, kernel_size=3, padding=1)
        self.blocks = nn.ModuleList([EdgeDistillationBlock(config) for _ in range(4)])
        self.joins = nn.ModuleList([nn.Conv2d(2 * width, width, kernel_size=1) for _ in range(3)])
        self.upsample = SubpixelUpsampling(width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        shallow = self.head(low)
        first = self.blocks[0](shallow)
        second = self.blocks[1](first)
        third = self.blocks[2](self.joins[0](torch.cat([first, second], dim=1)))
        fourth = self.blocks[3](self.joins[1](torch.cat([second, third], dim=1)))
        return self.upsample(self.joins[2](torch.cat([second, fourth], dim=1)) + shallow)


def merged(network: EFDN) -> EFDN:
    """The same network with one 3×3 convolution in place of each branched one; equal up to rounding."""
    result = EFDN(replace(network.config, form="merged"))
    result.load_state_dict(merged_state(network))
    return result.train(network.training)


_FOREIGN_BLOCK = {
    "conv1.conv1x1": "first",
    "conv2.rep_conv": "second",
    "conv3.rep_conv": "third",
    "conv1.act": "slopes.0",
    "conv2.act": "slopes.1",
    "conv3.act": "slopes.2",
    "fuse": "fuse",
    **{f"branch.{index}": f"distil.{index}" for index in range(4)},
    "att.conv1": "attention.reduce",
    "att.conv_f": "attention.skip",
    "att.conv2": "attention.shrink",
    "att.conv_max": "attention.pooled",
    "att.conv3": "attention.deeper.0",
    "att.conv3_": "attention.deeper.1",
    "att.conv4": "attention.expand",
}
_FOREIGN_ENDS = {
    "head": "head",
    "tail.0": "upsample.convolution",
    **{f"local_fuse.{index}": f"joins.{index}" for index in range(3)},
}


def _our_name(foreign: str) -> str:
    """Our name for a tensor of the challenge's files; KeyError where there is none."""
    layer, kind = foreign.rsplit(".", 1)
    if layer in _FOREIGN_ENDS:
        return f"{_FOREIGN_ENDS[layer]}.{kind}"
    cells, index, part = layer.split(".", 2)
    if cells != "cells":
        raise KeyError(foreign)
    return f"blocks.{int(index)}.{_FOREIGN_BLOCK[part]}.{kind}"


def from_authors(tensors: StateDict) -> tuple[EFDNConfig, dict[str, Tensor]]:
    """Read the merged form of github.com/ofsoundof/NTIRE2022_ESR (MIT), team 1, or of NTIRE 2025's baseline.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    ours = {_our_name(name): tensor for name, tensor in tensors.items()}
    width, channels = ours["head.weight"].shape[:2]
    values = ours["upsample.convolution.bias"].shape[0]
    return EFDNConfig(scale=round((values / channels) ** 0.5), channels=channels, width=width), ours


def _tiling(config: EFDNConfig) -> Tiling:
    exact = config.attention == "grid"
    return Tiling(minimum_size=MINIMUM_SIZE, grid=POOL_STRIDE, overlap=8 * POOL_STRIDE, is_exact=exact)


ARCHITECTURE = Architecture(
    name="efdn",
    config=EFDNConfig,
    network=EFDN,
    source="arXiv:2204.08759",
    variants={"efdn_x4": EFDNConfig()},
    tiling=_tiling,
    from_foreign=from_authors,
)
