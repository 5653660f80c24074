"""Blueprint Separable Residual Network: RFDN's blocks with convolutions in two cheap steps.

Source: Li et al., "Blueprint Separable Residual Network for Efficient Image Super-Resolution", CVPRW 2022,
arXiv:2205.05996, section 3; its small form is XPixel's network in NTIRE 2022, which shared the first place in the
model-complexity subtrack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.channel import ChannelAttention
from superres.layers.attention.spatial import MINIMUM_SIZE, POOL_STRIDE
from superres.layers.convolution import BlueprintConvolution
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling

COPIES = 4
"""The image stands so many times before the first convolution."""


REDUCTION = 16
"""Channels of the features for each channel inside contrast-aware attention."""

BSRNForm = Literal["paper", "challenge"]
"""The two that the authors trained differ in three places.

* `paper`: contrast-aware channel attention; blueprint convolutions without a bias in the middle; the spatial
  attention shrinks by a blueprint convolution.
* `challenge`: channels weighed by learned factors and mixed; a bias in the middle; shrinking by a full convolution.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class BSRNConfig:
    """Hyperparameters; the defaults are the paper's main network."""

    scale: int = 4
    channels: int = 3
    width: int = 64
    blocks: int = 8
    form: BSRNForm = "paper"

    def __post_init__(self) -> None:
        smallest_width = REDUCTION if self.form == "paper" else 4
        if min(self.scale, self.channels, self.blocks) < 1:
            raise InvalidConfigError(f"every size of a BSRN must be at least 1, got {self}")
        if self.width < smallest_width or self.width % 2:
            raise InvalidConfigError(
                f"a BSRN in its {self.form} form needs an even width of at least {smallest_width}, got {self.width}"
            )


class ChannelWeights(nn.Module):
    """One learned factor for each channel, then a 1×1 convolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.factors = nn.Parameter(torch.empty(1, width, 1, 1).normal_(mean=1.0, std=0.2))
        self.mix = nn.Conv2d(width, width, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return self.mix(features * self.factors)


class SeparableSpatialAttention(nn.Module):
    """RFDN's spatial attention with blueprint convolutions and GELU; the pooled map is stretched to full size."""

    def __init__(self, width: int, form: BSRNForm) -> None:
        super().__init__()
        thin = width // 4
        self.reduce = nn.Conv2d(width, thin, kernel_size=1)
        self.skip = nn.Conv2d(thin, thin, kernel_size=1)
        self.shrink = (
            BlueprintConvolution(thin, thin, stride=2, padding=0, has_middle_bias=False)
            if form == "paper"
            else nn.Conv2d(thin, thin, kernel_size=3, stride=2)
        )
        self.pooled = nn.Sequential(
            _blueprint(thin, thin, form),
            nn.GELU(),
            _blueprint(thin, thin, form),
            nn.GELU(),
            _blueprint(thin, thin, form),
        )
        self.expand = nn.Conv2d(thin, width, kernel_size=1)

    def forward(self, features: Tensor) -> Tensor:
        """Features weighted by their mask; (N, width, H, W) with H, W >= 15 to the same shape."""
        reduced = self.reduce(features)
        pooled = self.pooled(functional.max_pool2d(self.shrink(reduced), kernel_size=7, stride=3))
        size = features.shape[-2:]
        returned = functional.interpolate(pooled, size=size, mode="bilinear", align_corners=False)
        return features * self.expand(returned + self.skip(reduced)).sigmoid()


def _blueprint(inputs: int, outputs: int, form: BSRNForm) -> BlueprintConvolution:
    return BlueprintConvolution(inputs, outputs, has_middle_bias=form == "challenge")


class SeparableDistillationBlock(nn.Module):
    """Three times: half the channels are kept, all are refined; then fusion and two attentions (ESDB in the paper)."""

    def __init__(self, config: BSRNConfig) -> None:
        super().__init__()
        width, kept, form = config.width, config.width // 2, config.form
        self.distil = nn.ModuleList([nn.Conv2d(width, kept, kernel_size=1) for _ in range(3)])
        self.refine = nn.ModuleList([_blueprint(width, width, form) for _ in range(3)])
        self.last = _blueprint(width, kept, form)
        self.fuse = nn.Conv2d(4 * kept, width, kernel_size=1)
        self.spatial = SeparableSpatialAttention(width, form)
        self.channel = (
            ChannelAttention(width, width // REDUCTION, "contrast") if form == "paper" else ChannelWeights(width)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        kept: list[Tensor] = []
        local = features
        for distil, refine in zip(self.distil, self.refine, strict=True):
            kept.append(functional.gelu(distil(local)))
            local = functional.gelu(refine(local) + local)
        kept.append(functional.gelu(self.last(local)))
        return self.channel(self.spatial(self.fuse(torch.cat(kept, dim=1)))) + features


class BSRN(nn.Module):
    """RGB in [0, 1] in and out, not clipped; sides of at least 15 pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: BSRNConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.head = _blueprint(COPIES * config.channels, width, config.form)
        self.blocks = nn.ModuleList([SeparableDistillationBlock(config) for _ in range(config.blocks)])
        self.fuse = nn.Conv2d(config.blocks * width, width, kernel_size=1)
        self.tail = _blueprint(width, width, config.form)
        self.upsample = SubpixelUpsampling(width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        shallow = self.head(torch.cat([low] * COPIES, dim=1))
        features, outputs = shallow, list[Tensor]()
        for block in self.blocks:
            features = block(features)
            outputs.append(features)
        return self.upsample(self.tail(functional.gelu(self.fuse(torch.cat(outputs, dim=1)))) + shallow)


_FOREIGN_ENDS = {
    "fea_conv.pw": "head.pointwise",
    "fea_conv.dw": "head.depthwise",
    "c1": "fuse",
    "c2.pw": "tail.pointwise",
    "c2.dw": "tail.depthwise",
    "upsampler.upsampleOneStep.0": "upsample.convolution",
}
_FOREIGN_PARTS = {
    **{f"c{index + 1}_d": f"distil.{index}" for index in range(3)},
    **{f"c{index + 1}_r": f"refine.{index}" for index in range(3)},
    "c4": "last",
    "c5": "fuse",
    "conv_out": "channel.mix",
    "cca.conv_du.0": "channel.reduce",
    "cca.conv_du.2": "channel.expand",
    "esa.conv1": "spatial.reduce",
    "esa.conv_f": "spatial.skip",
    "esa.conv2": "spatial.shrink",
    "esa.conv_max": "spatial.pooled.0",
    "esa.conv3": "spatial.pooled.2",
    "esa.conv3_": "spatial.pooled.4",
    "esa.conv4": "spatial.expand",
}
_FOREIGN_STEPS = {"pw": "pointwise", "dw": "depthwise"}


def _our_name(foreign: str) -> str:
    """Our name for a tensor of the authors' files; KeyError where there is none."""
    layer, kind = foreign.rsplit(".", 1)
    if layer in _FOREIGN_ENDS:
        return f"{_FOREIGN_ENDS[layer]}.{kind}"
    block, *parts = layer.split(".")
    prefix = f"blocks.{int(block.removeprefix('B')) - 1}"
    if kind == "cw" and not parts:
        return f"{prefix}.channel.factors"
    step = f".{_FOREIGN_STEPS[parts.pop()]}" if parts[-1:] and parts[-1] in _FOREIGN_STEPS else ""
    return f"{prefix}.{_FOREIGN_PARTS['.'.join(parts)]}{step}.{kind}"


def _as_convolution(name: str, tensor: Tensor) -> Tensor:
    """The challenge network has linear layers where we have 1×1 convolutions."""
    return tensor.reshape(1, -1, 1, 1) if name.endswith("factors") else tensor[:, :, None, None]


def from_authors(tensors: StateDict) -> tuple[BSRNConfig, dict[str, Tensor]]:
    """Read team 18's file of github.com/ofsoundof/NTIRE2022_ESR (MIT), or one of github.com/xiaom233/BSRN.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    named = {_our_name(name): tensor for name, tensor in tensors.items()}
    ours = {name: _as_convolution(name, tensor) if tensor.ndim == 2 else tensor for name, tensor in named.items()}
    width, stacked = ours["head.pointwise.weight"].shape[:2]
    values = ours["upsample.convolution.bias"].shape[0]
    channels = stacked // COPIES
    config = BSRNConfig(
        scale=round((values / channels) ** 0.5),
        channels=channels,
        width=width,
        blocks=ours["fuse.weight"].shape[1] // width,
        form="paper" if "blocks.0.channel.reduce.bias" in ours else "challenge",
    )
    return config, ours


def _tiling(_config: BSRNConfig) -> Tiling:
    # The pooled map is stretched to the image, so no overlap makes tiles exact.
    return Tiling(minimum_size=MINIMUM_SIZE, grid=POOL_STRIDE, overlap=8 * POOL_STRIDE, is_exact=False)


ARCHITECTURE = Architecture(
    name="bsrn",
    config=BSRNConfig,
    network=BSRN,
    source="arXiv:2205.05996",
    variants={
        **{f"bsrn_x{scale}": BSRNConfig(scale=scale) for scale in (2, 3, 4)},
        "bsrn_challenge_x4": BSRNConfig(width=48, blocks=5, form="challenge"),
    },
    tiling=_tiling,
    from_foreign=from_authors,
)
