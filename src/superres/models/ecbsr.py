"""Edge-oriented Convolution Block network: edge filters help it learn, and plain convolutions are what is left to run.

Source: Zhang et al., "Edge-oriented Convolution Block for Real-time Super Resolution on Mobile Devices",
ACM Multimedia 2021, section 3. The authors' code leaves the identity branch out, and so does the default here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

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
    depthwise,
    identity,
    kernel_of,
    merged_state,
    pad_with,
)
from superres.models.architecture import Architecture, Tiling

EXPANSION = 2
"""Times the output channels between the 1×1 and the 3×3 convolution of one branch."""
FAINT = 1e-3
"""Standard deviation of the edge filters' gains and biases at the start."""

_SOBEL = ((1.0, 0.0, -1.0), (2.0, 0.0, -2.0), (1.0, 0.0, -1.0))
_LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))


@dataclass(frozen=True, kw_only=True, slots=True)
class ECBSRConfig:
    """Hyperparameters; the defaults are the paper's M4C16 for luminance."""

    scale: int = 2
    channels: int = 1
    width: int = 16
    """The paper's C."""
    blocks: int = 4
    """The paper's M: convolutions between the first and the last."""
    has_identity: bool = False
    """Whether branched convolutions also add their input, where it has as many channels as the output."""
    form: ConvolutionForm = "merged"

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width) < 1 or self.blocks < 0:
            raise InvalidConfigError(f"an ECBSR needs sizes of at least 1 and no negative depth, got {self}")


class ExpandedBranch(nn.Module):
    """1×1 to twice the output channels, then 3×3."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.expand = nn.Conv2d(inputs, EXPANSION * outputs, kernel_size=1)
        self.filter = nn.Conv2d(EXPANSION * outputs, outputs, kernel_size=3)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        return self.filter(pad_with(self.expand(features), kernel_of(self.expand).bias))

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        return chained(kernel_of(self.expand), kernel_of(self.filter))


class EdgeBranch(nn.Module):
    """1×1, then one fixed edge filter for all channels, with a learned gain and bias for each.

    Args:
        inputs: Channels that come in.
        outputs: Channels that go out.
        edge: The 3×3 filter.
    """

    edge: Tensor

    def __init__(self, inputs: int, outputs: int, edge: Tensor) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, outputs, kernel_size=1)
        self.gain = nn.Parameter(FAINT * torch.randn(outputs))
        self.bias = nn.Parameter(FAINT * torch.randn(outputs))
        self.register_buffer("edge", edge, persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        mixed = pad_with(self.mix(features), kernel_of(self.mix).bias)
        return functional.conv2d(mixed, self._filters()[:, None], self.bias, groups=self.gain.shape[0])

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        return chained(kernel_of(self.mix), depthwise(self._filters(), self.bias))

    def _filters(self) -> Tensor:
        return self.gain[:, None, None] * self.edge


class EdgeOrientedConvolution(BranchedConvolution):
    """3×3 beside 1×1-3×3, 1×1-Sobel in both directions, 1×1-Laplacian and, if wanted, the input itself (ECB)."""

    def __init__(self, inputs: int, outputs: int, *, has_identity: bool) -> None:
        super().__init__()
        sobel = torch.tensor(_SOBEL)
        self.has_identity = has_identity and inputs == outputs
        self.plain = _plain(inputs, outputs)
        self.expanded = ExpandedBranch(inputs, outputs)
        self.horizontal = EdgeBranch(inputs, outputs, sobel)
        self.vertical = EdgeBranch(inputs, outputs, sobel.T)
        self.laplacian = EdgeBranch(inputs, outputs, torch.tensor(_LAPLACIAN))

    def branches(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        edges = self.horizontal(features) + self.vertical(features) + self.laplacian(features)
        result = self.plain(features) + self.expanded(features) + edges
        return result + features if self.has_identity else result

    def kernel(self) -> Kernel:
        """The one 3×3 kernel that does the same."""
        branches = (self.expanded, self.horizontal, self.vertical, self.laplacian)
        kernels = [kernel_of(self.plain), *(branch.kernel() for branch in branches)]
        if self.has_identity:
            kernels.append(identity(self.plain.out_channels, like=self.plain.weight))
        return added(*kernels)


def _plain(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)


class ECBSR(nn.Module):
    """Values in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: ECBSRConfig) -> None:
        super().__init__()
        self.config = config
        hidden = [config.width] * (config.blocks + 1)
        widths = (config.channels, *hidden, config.channels * config.scale**2)
        self.convolutions = nn.ModuleList(
            EdgeOrientedConvolution(before, after, has_identity=config.has_identity)
            if config.form == "branched"
            else _plain(before, after)
            for before, after in pairwise(widths)
        )
        self.slopes = nn.ModuleList(nn.PReLU(width) for width in hidden)
        self.shuffle = nn.PixelShuffle(config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        features = low
        for convolution, slope in zip(self.convolutions[:-1], self.slopes, strict=True):
            features = slope(convolution(features))
        # Every value again for each of its scale² pixels: shuffled, that is the nearest neighbour.
        repeated = low[:, :, None].expand(-1, -1, self.config.scale**2, -1, -1).flatten(1, 2)
        return self.shuffle(self.convolutions[-1](features) + repeated)


def merged(network: ECBSR) -> ECBSR:
    """The same network with one 3×3 convolution in place of each branched one; equal up to rounding."""
    result = ECBSR(replace(network.config, form="merged"))
    result.load_state_dict(merged_state(network))
    return result.train(network.training)


def _tiling(config: ECBSRConfig) -> Tiling:
    return Tiling(minimum_size=1, grid=1, overlap=config.blocks + 2, is_exact=True)


_PUBLISHED = ((4, 8), (4, 16), (10, 32), (16, 64))
"""Blocks and width of the paper's networks."""

ARCHITECTURE = Architecture(
    name="ecbsr",
    config=ECBSRConfig,
    network=ECBSR,
    source="Zhang et al., ACM MM 2021",
    variants={
        **{
            f"ecbsr_m{blocks}c{width}_x{scale}": ECBSRConfig(scale=scale, width=width, blocks=blocks)
            for blocks, width in _PUBLISHED
            for scale in (2, 4)
        },
        # This project's own, for RGB.
        **{f"ecbsr_tiny_x{scale}": ECBSRConfig(scale=scale, channels=3, width=28, blocks=6) for scale in (2, 3, 4)},
    },
    tiling=_tiling,
    colour="luma",
)
