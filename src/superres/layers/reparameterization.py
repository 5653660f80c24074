"""Convolutions that are many while they learn and one when they work.

Convolution is linear: branches that are added, and kernels that follow each other, are one kernel. The rules:
a 1×1 kernel before or after another mixes its channels; a small kernel is a large one with zeros around it;
to add features themselves is a kernel too. A bias before a padded convolution breaks the rule at the border
unless the padding holds that bias (ECBSR, Zhang et al., ACM MM 2021): `pad_with`.

Source of the idea: Ding et al., "Diverse Branch Block", CVPR 2021, arXiv:2103.13425, section 3.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

ConvolutionForm = Literal["merged", "branched"]
"""One convolution each, to work; or with all branches, to learn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kernel:
    """What a convolution is: outputs × inputs × height × width, and one bias for each output."""

    weight: Tensor
    bias: Tensor


def kernel_of(convolution: nn.Conv2d) -> Kernel:
    """The kernel of an undivided convolution; a missing bias is zero."""
    weight = convolution.weight
    bias = convolution.bias
    return Kernel(weight=weight, bias=weight.new_zeros(weight.shape[0]) if bias is None else bias)


def identity(width: int, *, like: Tensor) -> Kernel:
    """The 1×1 kernel that changes nothing.

    Args:
        width: Channels.
        like: Gives device and type.
    """
    weight = torch.eye(width, dtype=like.dtype, device=like.device)[:, :, None, None]
    return Kernel(weight=weight, bias=like.new_zeros(width))


def depthwise(filters: Tensor, bias: Tensor) -> Kernel:
    """The undivided kernel that filters every channel by itself.

    Args:
        filters: (C, height, width), one for each channel.
        bias: (C,).
    """
    own = torch.eye(filters.shape[0], dtype=filters.dtype, device=filters.device)
    return Kernel(weight=own[:, :, None, None] * filters[:, None], bias=bias)


def chained(first: Kernel, second: Kernel) -> Kernel:
    """One kernel for two that follow each other; one of the two must be 1×1.

    Exact where `second` meets the bias of `first` in its padding: see `pad_with`.
    """
    if first.weight.shape[-2:] == (1, 1):
        weight = torch.einsum("omhw,mi->oihw", second.weight, first.weight[:, :, 0, 0])
    else:
        weight = torch.einsum("om,mihw->oihw", second.weight[:, :, 0, 0], first.weight)
    return Kernel(weight=weight, bias=second.weight.sum(dim=(2, 3)) @ first.bias + second.bias)


def added(*kernels: Kernel) -> Kernel:
    """One kernel for branches that are added; the smaller ones are centred in the largest. All sides are odd."""
    side = max(kernel.weight.shape[-1] for kernel in kernels)
    weights = [_centred(kernel.weight, side) for kernel in kernels]
    return Kernel(weight=torch.stack(weights).sum(dim=0), bias=torch.stack([each.bias for each in kernels]).sum(dim=0))


def _centred(weight: Tensor, side: int) -> Tensor:
    margin = (side - weight.shape[-1]) // 2
    return functional.pad(weight, (margin, margin, margin, margin))


def pad_with(features: Tensor, border: Tensor) -> Tensor:
    """One row or column more on each side, holding one value for each channel.

    Args:
        features: (N, C, H, W).
        border: (C,), such as the bias of the convolution that made the features.

    Returns:
        (N, C, H + 2, W + 2).
    """
    level = border[:, None, None]
    return functional.pad(features - level, (1, 1, 1, 1)) + level


class BranchedConvolution(nn.Module, ABC):
    """Several branches that are one 3×3 convolution, padded by one zero.

    In training it computes that one convolution, of a kernel merged anew in every step: the same answer and the same
    gradients at a fraction of the work (Bhardwaj et al., "Collapsible Linear Blocks", arXiv:2103.09404, section 3.3).
    In evaluation it computes the branches themselves.
    """

    plain_branch: ClassVar[str] = ""
    """The name of a branch that is a 3×3 convolution by itself, and so can be what the others lack to any kernel."""

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        if not self.training:
            return self.branches(features)
        with torch.autocast(features.device.type, enabled=False):
            kernel = self.kernel()
        return functional.conv2d(features, kernel.weight, kernel.bias, padding=1)

    @abstractmethod
    def branches(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W), as the layer is defined."""

    @abstractmethod
    def kernel(self) -> Kernel:
        """The one kernel."""


def merged_state(network: nn.Module) -> dict[str, Tensor]:
    """The tensors of the same network in its merged form.

    Each branched convolution `name` becomes `name.weight` and `name.bias`; all else keeps its name.

    Args:
        network: A network with branched convolutions. It is not changed.

    Returns:
        Tensors for the network that is built with plain 3×3 convolutions in their place.
    """
    branched = {name: each for name, each in network.named_modules() if isinstance(each, BranchedConvolution)}
    state = {
        name: tensor
        for name, tensor in network.state_dict().items()
        if not any(name.startswith(f"{prefix}.") for prefix in branched)
    }
    with torch.no_grad():
        for name, each in branched.items():
            kernel = each.kernel()
            state |= {f"{name}.weight": kernel.weight, f"{name}.bias": kernel.bias}
    return state


@torch.no_grad()
def branched_state(network: nn.Module, merged: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors with which a branched network begins where a merged one has arrived.

    Args:
        network: Has branched convolutions. It is not changed.
        merged: Tensors of the same network in its merged form.

    Returns:
        The tensors, where a branched convolution can be that kernel with all of its own: its other branches as they
        are, and the difference in the plain one. All else is as it came.
    """
    state = dict(merged)
    for name, each in network.named_modules():
        if not (isinstance(each, BranchedConvolution) and each.plain_branch and f"{name}.weight" in merged):
            continue
        weight, bias = merged[f"{name}.weight"], merged[f"{name}.bias"]
        plain, together = kernel_of(cast("nn.Conv2d", each.get_submodule(each.plain_branch))), each.kernel()
        if weight.shape == plain.weight.shape:
            own = {f"{name}.{key}": tensor for key, tensor in each.state_dict().items()}
            state |= own | {
                f"{name}.{each.plain_branch}.weight": plain.weight + weight - together.weight,
                f"{name}.{each.plain_branch}.bias": plain.bias + bias - together.bias,
            }
    return state
