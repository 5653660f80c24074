"""Information Multi-Distillation Network: each block sets part of its channels aside, step by step.

Source: Hui et al., "Lightweight Image Super-Resolution with Information Multi-distillation Network",
ACM MM 2019, arXiv:1909.11856. The simplified form won the AIM 2019 challenge on constrained
super-resolution (arXiv:1911.01249) and is a baseline of NTIRE 2022.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.channel import ChannelAttention
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling

NEGATIVE_SLOPE = 0.05

IMDNForm = Literal["full", "simplified"]


@dataclass(frozen=True, kw_only=True, slots=True)
class IMDNConfig:
    """Hyperparameters; the defaults are the paper's network."""

    scale: int = 4
    channels: int = 3
    width: int = 64
    """Channels between blocks."""
    blocks: int = 6
    form: IMDNForm = "full"
    """`full`: channel attention in each block, and all blocks fused; `simplified`: neither."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.blocks) < 1:
            raise InvalidConfigError(f"every size of an IMDN must be at least 1, got {self}")
        if self.width < 16:
            raise InvalidConfigError(
                f"an IMDN attends with a sixteenth of its channels, so width must be at least 16, got {self.width}"
            )

    @property
    def distilled_width(self) -> int:
        """Channels that a block sets aside at each step."""
        return self.width // 4

    @property
    def attention_width(self) -> int:
        """Channels inside the attention."""
        return self.width // 16


class InformationMultiDistillationBlock(nn.Module):
    """Three convolutions that each set a quarter of their channels aside, and one for the rest."""

    def __init__(self, config: IMDNConfig) -> None:
        super().__init__()
        width, self.kept = config.width, config.distilled_width
        passed = width - self.kept
        self.first = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.second = nn.Conv2d(passed, width, kernel_size=3, padding=1)
        self.third = nn.Conv2d(passed, width, kernel_size=3, padding=1)
        self.last = nn.Conv2d(passed, self.kept, kernel_size=3, padding=1)
        gathered = 4 * self.kept
        self.attention = (
            ChannelAttention(gathered, config.attention_width, "contrast") if config.form == "full" else nn.Identity()
        )
        self.fuse = nn.Conv2d(gathered, width, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        passed, distilled = features, list[Tensor]()
        for convolution in (self.first, self.second, self.third):
            refined = functional.leaky_relu(convolution(passed), NEGATIVE_SLOPE)
            distilled.append(refined[:, : self.kept])
            passed = refined[:, self.kept :]
        gathered = torch.cat([*distilled, self.last(passed)], dim=1)
        return features + self.fuse(self.attention(gathered))


class IMDN(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: IMDNConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.head = nn.Conv2d(config.channels, width, kernel_size=3, padding=1)
        self.blocks = nn.ModuleList(InformationMultiDistillationBlock(config) for _ in range(config.blocks))
        self.fuse = nn.Conv2d(width * config.blocks, width, kernel_size=1) if config.form == "full" else None
        self.tail = nn.Conv2d(width, width, kernel_size=3, padding=1)
        self.upsample = SubpixelUpsampling(width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        features = self.head(low)
        local, steps = features, list[Tensor]()
        for block in self.blocks:
            local = block(local)
            steps.append(local)
        if self.fuse is not None:
            local = functional.leaky_relu(self.fuse(torch.cat(steps, dim=1)), NEGATIVE_SLOPE)
        return self.upsample(self.tail(local) + features)


_FULL_ENDS = {"fea_conv": "head", "c.0": "fuse", "LR_conv": "tail", "upsampler.0": "upsample.convolution"}
_FULL_BLOCK = {
    "c1": "first",
    "c2": "second",
    "c3": "third",
    "c4": "last",
    "c5": "fuse",
    "cca.conv_du.0": "attention.reduce",
    "cca.conv_du.2": "attention.expand",
}
_SIMPLIFIED_ENDS = {"model.0": "head", "model.2": "upsample.convolution"}
_SIMPLIFIED_BLOCK = {
    "conv1.0": "first",
    "conv2.0": "second",
    "conv3.0": "third",
    "conv4": "last",
    "conv1x1": "fuse",
}


def _full_name(layer: str) -> str:
    if layer in _FULL_ENDS:
        return _FULL_ENDS[layer]
    block, part = layer.split(".", 1)
    return f"blocks.{int(block.removeprefix('IMDB')) - 1}.{_FULL_BLOCK[part]}"


def _simplified_name(layer: str) -> str:
    if layer in _SIMPLIFIED_ENDS:
        return _SIMPLIFIED_ENDS[layer]
    # One list holds the blocks and, behind them, the last convolution, which has no part of its own.
    found = re.fullmatch(r"model\.1\.sub\.(\d+)(?:\.(.+))?", layer)
    if found is None:
        raise KeyError(layer)
    index, part = found.groups()
    return "tail" if part is None else f"blocks.{index}.{_SIMPLIFIED_BLOCK[part]}"


def from_authors(tensors: StateDict) -> tuple[IMDNConfig, dict[str, Tensor]]:
    """Read a file of github.com/Zheng222/IMDN, or of the challenge's baseline in github.com/ofsoundof/NTIRE2022_ESR.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    form: IMDNForm = "simplified" if "model.0.weight" in tensors else "full"
    translated = _simplified_name if form == "simplified" else _full_name
    ours: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        layer, kind = name.removeprefix("module.").rsplit(".", 1)
        ours[f"{translated(layer)}.{kind}"] = tensor
    width, channels = ours["head.weight"].shape[:2]
    config = IMDNConfig(
        scale=round((ours["upsample.convolution.bias"].shape[0] / channels) ** 0.5),
        channels=channels,
        width=width,
        blocks=1 + max(int(name.split(".")[1]) for name in ours if name.startswith("blocks.")),
        form=form,
    )
    return config, ours


def _tiling(config: IMDNConfig) -> Tiling:
    # Attention sees the whole image; without it, only as far as the 3×3 convolutions in a row: 4 in each block,
    # the first, the last and the one before the shuffle.
    return Tiling(minimum_size=1, grid=1, overlap=4 * config.blocks + 3, is_exact=config.form == "simplified")


ARCHITECTURE = Architecture(
    name="imdn",
    config=IMDNConfig,
    network=IMDN,
    source="arXiv:1909.11856",
    variants={
        **{f"imdn_x{scale}": IMDNConfig(scale=scale) for scale in (2, 3, 4)},
        "imdn_challenge_x4": IMDNConfig(blocks=8, form="simplified"),
    },
    tiling=_tiling,
    from_foreign=from_authors,
)
