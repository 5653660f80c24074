"""What a network costs: parameters, multiply-accumulates, activations, convolutions.

MACs are multiply-accumulates of convolutions and matrix products; the papers print them as
"Mult-Adds" at a 1280×720 output, the NTIRE challenge as "FLOPs" at a 256×256 input. Activations are
the elements that convolutions put out, as the challenge counts. Nothing is computed: shapes travel
through the network on PyTorch's `meta` device, so that attention that the CPU fuses is seen too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

_FREE = frozenset({"aten.view", "aten.detach", "aten.clone", "aten.empty", "aten.reshape", "aten.slice", "aten.alias"})

_KEEP_SHAPE = frozenset({"aten.relu", "aten.leaky_relu", "aten.gelu", "aten.sigmoid", "aten.silu"})

_CHEAP = re.compile(
    r"aten\.(_?adaptive_)?(add|sub|rsub|mul|div|pow|sqrt|rsqrt|exp|log|abs|neg|sum|mean|var|amax|max|min|clamp|where|"
    r"sigmoid|tanh|relu|leaky_relu|gelu|silu|elu|prelu|_prelu_kernel|hardtanh|hardswish|softplus|_softmax|softmax|"
    r"native_group_norm|native_layer_norm|native_batch_norm|_native_batch_norm_legit\w*|"
    r"max_pool2d\w*|avg_pool2d\w*|upsample_\w+|pixel_(un)?shuffle|replication_pad\w+|reflection_pad\w+|"
    r"constant_pad_nd|cat|stack|split\w*|chunk|permute|transpose|t|unsqueeze|squeeze|expand|repeat|select|"
    r"index|roll|flip|_unsafe_view|unbind|copy|_to_copy|arange|full|zeros|ones|lift_fresh|linspace)_?"
)
"""Element-wise work, pooling, interpolation and moving about: little, and by convention not in the MACs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one forward pass of one image costs."""

    parameters: int
    macs: int
    activations: int
    convolutions: int
    uncounted: dict[str, int] = field(default_factory=dict[str, int])
    """Operators whose arithmetic is not in `macs`, with how often they ran."""

    @property
    def unknown(self) -> dict[str, int]:
        """Of the uncounted operators those that may well do the bulk of the work."""
        return {name: times for name, times in self.uncounted.items() if not _CHEAP.fullmatch(name)}

    @property
    def flops(self) -> int:
        """Two for each multiply-accumulate."""
        return 2 * self.macs


class Tally(TorchDispatchMode):
    """What has been counted so far of the operators that run while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.macs = 0
        self.activations = 0
        self.convolutions = 0
        self.uncounted: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        name = str(func).rsplit(".", 1)[0]
        result = _shaped(name, args)
        if result is None:
            result = func(*args, **(kwargs or {}))
        if name == "aten.convolution":
            self._convolution(args, result)
        elif name in ("aten.mm", "aten.bmm"):
            self.macs += result.numel() * args[0].shape[-1]
        elif name == "aten.addmm":
            self.macs += result.numel() * args[1].shape[-1]
        elif name not in _FREE:
            self.uncounted[name] += 1
        return result

    def _convolution(self, args: Sequence[Any], result: Tensor) -> None:
        image, weight, is_transposed = args[0], args[1], args[6]
        # Each weight meets every position of the smaller of the two maps, once for each image.
        positions = prod((image if is_transposed else result).shape[2:]) * image.shape[0]
        self.macs += weight.numel() * positions
        self.activations += result.numel()
        self.convolutions += 1


def _shaped(name: str, args: Sequence[Any]) -> Tensor | None:
    """What an operator gives on `meta` where its shape is plain; None where PyTorch is asked."""
    # PyTorch finds these shapes by its definitions in Python, which takes 0.1 to 5 ms for each call.
    if not args or not isinstance(args[0], Tensor) or not args[0].is_meta:
        return None
    image = args[0]
    if name in _KEEP_SHAPE:
        return torch.empty_like(image)
    if name in ("aten.add", "aten.mul") and isinstance(args[1], Tensor):
        is_plain = args[1].is_meta and (args[1].shape, args[1].dtype) == (image.shape, image.dtype)
        return torch.empty_like(image) if is_plain else None
    if name in ("aten.upsample_bilinear2d", "aten.upsample_bicubic2d") and args[1] is not None:
        return image.new_empty(*image.shape[:2], *args[1])
    return None


def cost(network: nn.Module, *, channels: int, height: int, width: int) -> Cost:
    """Count one forward pass.

    Args:
        network: Any network; it is not changed.
        channels: Of the input image.
        height: Of the input image [pixels].
        width: Of the input image [pixels].

    Returns:
        The counts, with the operators that were not counted.
    """
    counted = tally(network, channels=channels, height=height, width=width)
    return Cost(
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        macs=counted.macs,
        activations=counted.activations,
        convolutions=counted.convolutions,
        uncounted=dict(counted.uncounted),
    )


def tally(
    network: nn.Module,
    *,
    channels: int,
    height: int,
    width: int,
    watched: Callable[[Tally], AbstractContextManager[object]] = nullcontext,
) -> Tally:
    """Send the shapes of one image through a network and count.

    Args:
        network: Any network; it is not changed.
        channels: Of the input image.
        height: Of the input image [pixels].
        width: Of the input image [pixels].
        watched: Gets the running tally and gives what is entered around the pass; called anew if that is repeated.

    Returns:
        The finished tally.
    """
    image = torch.empty(1, channels, height, width, device="meta")
    # Buffers that are not saved count as well: one that stayed behind would make the network run for real.
    state = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    try:
        return _tallied(network, {name: tensor.to("meta") for name, tensor in state.items()}, image, watched)
    except RuntimeError:  # an operator that does not say what shape it gives must be run
        return _tallied(network, state, torch.empty(1, channels, height, width), watched)


def _tallied(
    network: nn.Module,
    state: Mapping[str, Tensor],
    image: Tensor,
    watched: Callable[[Tally], AbstractContextManager[object]],
) -> Tally:
    counted = Tally()
    with torch.no_grad(), watched(counted), counted:
        torch.func.functional_call(network, dict(state), (image,))
    return counted


def published_macs(network: nn.Module, *, channels: int, scale: int) -> int:
    """MACs for a 1280×720 output, as the lightweight networks' papers count.

    Args:
        network: The network.
        channels: Of its input.
        scale: Of the network; the input is 720/scale × 1280/scale, rounded down.
    """
    return cost(network, channels=channels, height=720 // scale, width=1280 // scale).macs
