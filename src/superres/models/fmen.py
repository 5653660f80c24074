"""Fast and Memory-Efficient Network: short plain blocks, each weighed by a thin branch that looks for detail.

Source: Du et al., "Fast and Memory-Efficient Network Towards Efficient Image Super-Resolution", CVPRW 2022,
arXiv:2204.08397, section 3; NJU_Jet's network in NTIRE 2022, with the least memory of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.reparameterization import (
    BranchedConvolution,
    ConvolutionForm,
    Kernel,
    added,
    chained,
    identity,
    kernel_of,
    merged_state,
    pad_with,
)
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling

NEGATIVE_SLOPE = 0.1
EXPANSION = 2
"""Times the channels inside a branched convolution."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FMENConfig:
    """Hyperparameters; the defaults are the challenge network."""

    scale: int = 4
    channels: int = 3
    width: int = 50
    blocks: int = 4
    """Residual blocks after the warm-up."""
    attention_width: int = 16
    """Channels of the thin branches."""
    opening_width: int = 12
    """Channels of the thin branch in the warm-up ..."""
    opening_depth: int = 2
    """... and its residual blocks; the others have one."""
    form: ConvolutionForm = "merged"
    highest: float = 255.0
    """What white becomes before the first convolution; black is 0."""

    def __post_init__(self) -> None:
        sizes = (self.scale, self.channels, self.width, self.blocks, self.attention_width)
        if min(*sizes, self.opening_width, self.opening_depth) < 1:
            raise InvalidConfigError(f"every size of an FMEN must be at least 1, got {self}")
        if self.highest <= 0:
            raise InvalidConfigError(f"white must be above black: highest {self.highest}, and black is 0")


class ResidualConvolution(BranchedConvolution):
    """1×1, a 3×3 with a residual around it, 1×1; and a residual around all (RRRB in the paper)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = EXPANSION * width
        self.expand = nn.Conv2d(width, inner, kernel_size=1)
        self.filter = nn.Conv2d(inner, inner, kernel_size=3)
        self.reduce = nn.Conv2d(inner, width, kernel_size=1)

    def branches(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        wide = self.expand(features)
        border = kernel_of(self.expand).bias
        return features + self.reduce(wide + self.filter(pad_with(wide, border)))

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        weight = self.expand.weight
        wide = added(kernel_of(self.filter), identity(weight.shape[0], like=weight))
        row = chained(chained(kernel_of(self.expand), wide), kernel_of(self.reduce))
        return added(row, identity(weight.shape[1], like=weight))


class NormalizedConvolution(BranchedConvolution):
    """Batch normalisation before a 3×3 convolution and, where the mask is made, after it too.

    The merged kernel equals it with the running statistics, in evaluation mode; in training, batches have their own.
    """

    def __init__(self, inputs: int, outputs: int, *, is_last: bool) -> None:
        super().__init__()
        self.before = nn.BatchNorm2d(inputs)
        self.filter = nn.Conv2d(inputs, outputs, kernel_size=3)
        self.after = nn.BatchNorm2d(outputs) if is_last else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        return self.branches(features)

    def branches(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        padded = pad_with(self.before(features), _kernel_of_norm(self.before).bias)
        return self.after(self.filter(padded))

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        row = chained(_kernel_of_norm(self.before), kernel_of(self.filter))
        return chained(row, _kernel_of_norm(self.after)) if isinstance(self.after, nn.BatchNorm2d) else row


def _kernel_of_norm(norm: nn.BatchNorm2d) -> Kernel:
    mean, variance = cast("Tensor", norm.running_mean), cast("Tensor", norm.running_var)
    gain = norm.weight / (variance + norm.eps).sqrt()
    return Kernel(weight=gain.diag()[:, :, None, None], bias=norm.bias - mean * gain)


def _plain(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)


class EnhancedBlock(nn.Module):
    """Two convolutions with LeakyReLU(0.1) between; its residuals live in the branched form (ERB)."""

    def __init__(self, width: int, form: ConvolutionForm) -> None:
        super().__init__()
        self.first = ResidualConvolution(width) if form == "branched" else _plain(width, width)
        self.second = ResidualConvolution(width) if form == "branched" else _plain(width, width)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return self.second(functional.leaky_relu(self.first(features), NEGATIVE_SLOPE))


class HighFrequencyAttention(nn.Module):
    """A thin branch whose sigmoid weighs the features (HFAB)."""

    def __init__(self, width: int, inner: int, depth: int, form: ConvolutionForm) -> None:
        super().__init__()
        branched = form == "branched"
        self.squeeze = NormalizedConvolution(width, inner, is_last=False) if branched else _plain(width, inner)
        self.blocks = nn.Sequential(*(EnhancedBlock(inner, form) for _ in range(depth)))
        self.excite = NormalizedConvolution(inner, width, is_last=True) if branched else _plain(inner, width)

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        thin = functional.leaky_relu(self.squeeze(features), NEGATIVE_SLOPE)
        thin = functional.leaky_relu(self.blocks(thin), NEGATIVE_SLOPE)
        return features * self.excite(thin).sigmoid()


class FMEN(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: FMENConfig) -> None:
        super().__init__()
        self.config = config
        width, thin, form = config.width, config.attention_width, config.form
        self.head = _plain(config.channels, width)
        self.opening = nn.Sequential(
            _plain(width, width), HighFrequencyAttention(width, config.opening_width, config.opening_depth, form)
        )
        self.blocks = nn.ModuleList([EnhancedBlock(width, form) for _ in range(config.blocks)])
        self.attentions = nn.ModuleList([HighFrequencyAttention(width, thin, 1, form) for _ in range(config.blocks)])
        self.tail = _plain(width, width)
        self.upsample = SubpixelUpsampling(width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        shallow = self.head(low * self.config.highest)
        features = self.opening(shallow)
        for block, attention in zip(self.blocks, self.attentions, strict=True):
            features = attention(block(features))
        return self.upsample(self.tail(features) + shallow) / self.config.highest


def merged(network: FMEN) -> FMEN:
    """The same network with one 3×3 convolution in place of each branched one; equal in evaluation mode."""
    result = FMEN(replace(network.config, form="merged"))
    result.load_state_dict(merged_state(network))
    return result.train(network.training)


_FOREIGN_ENDS = {"head": "head", "warmup.0": "opening.0", "lr_conv": "tail", "tail.0": "upsample.convolution"}
_FOREIGN_PREFIXES = {"warmup.1.": "opening.1.", "basic_blocks.": "blocks.", "hfabs.": "attentions."}
_FOREIGN_PARTS = {
    "squeeze": "squeeze",
    "excitate": "excite",
    "convs": "blocks",
    "conv1": "first",
    "conv2": "second",
    "rep_conv": "",
}


def _our_name(foreign: str) -> str:
    """Our name for a tensor of the challenge's file; KeyError where there is none."""
    layer, kind = foreign.rsplit(".", 1)
    if layer in _FOREIGN_ENDS:
        return f"{_FOREIGN_ENDS[layer]}.{kind}"
    for theirs, ours in _FOREIGN_PREFIXES.items():
        if layer.startswith(theirs):
            parts = layer.removeprefix(theirs).split(".")
            named = [part if part.isdigit() else _FOREIGN_PARTS[part] for part in parts]
            return ours + ".".join([part for part in named if part] + [kind])
    raise KeyError(foreign)


def from_authors(tensors: StateDict) -> tuple[FMENConfig, dict[str, Tensor]]:
    """Read the merged form of github.com/ofsoundof/NTIRE2022_ESR (MIT): configuration, and tensors under our names.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    ours = {_our_name(name): tensor for name, tensor in tensors.items()}
    width, channels = ours["head.weight"].shape[:2]
    values = ours["upsample.convolution.bias"].shape[0]
    config = FMENConfig(
        scale=round((values / channels) ** 0.5),
        channels=channels,
        width=width,
        blocks=sum(name.startswith("attentions.") and name.endswith("squeeze.bias") for name in ours),
        attention_width=ours["attentions.0.squeeze.bias"].shape[0],
        opening_width=ours["opening.1.squeeze.bias"].shape[0],
        opening_depth=sum(name.startswith("opening.1.blocks.") and name.endswith("first.bias") for name in ours),
    )
    return config, ours


def _tiling(config: FMENConfig) -> Tiling:
    # The longest way: head, opening, tail and upsampling, 2 convolutions and each branch's own on the way out and back.
    branches = (2 + 2 * config.opening_depth) + config.blocks * (2 + 4)
    return Tiling(minimum_size=1, grid=1, overlap=4 + branches, is_exact=True)


ARCHITECTURE = Architecture(
    name="fmen",
    config=FMENConfig,
    network=FMEN,
    source="arXiv:2204.08397",
    variants={"fmen_x4": FMENConfig()},
    tiling=_tiling,
    from_foreign=from_authors,
)
