"""Edge-oriented convolution: a 3×3 convolution that learns beside filters for edges, and is one convolution after.

Source: Zhang et al., "Edge-oriented Convolution Block for Real-time Super Resolution on Mobile Devices",
ACM Multimedia 2021, section 3.2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.layers.reparameterization import (
    BranchedConvolution,
    ConvolutionForm,
    Kernel,
    added,
    chained,
    depthwise,
    identity,
    kernel_of,
    pad_with,
)

EXPANSION = 2
"""Times the output channels between the 1×1 and the 3×3 convolution of one branch."""
FAINT = 1e-3
"""Standard deviation of the edge filters' gains and biases at the start."""

_SOBEL = ((1.0, 0.0, -1.0), (2.0, 0.0, -2.0), (1.0, 0.0, -1.0))
_LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))


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

    plain_branch = "plain"

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


def convolution(inputs: int, outputs: int, form: ConvolutionForm, *, has_identity: bool = False) -> nn.Module:
    """A 3×3 convolution, padded by one zero, in the form asked for."""
    if form == "branched":
        return EdgeOrientedConvolution(inputs, outputs, has_identity=has_identity)
    return _plain(inputs, outputs)


def _plain(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)
