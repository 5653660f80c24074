"""What a network costs: parameters, multiply-accumulates, activations, convolutions.

MACs are multiply-accumulates of convolutions and matrix products; the papers print them as
"Mult-Adds" at a 1280×720 output, the NTIRE challenge as "FLOPs" at a 256×256 input. Activations are
the elements that convolutions put out, as the challenge counts. Nothing is computed: shapes travel
through the network on PyTorch's `meta` device, so that attention that the CPU fuses is seen too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

_FREE = frozenset({"aten.view", "aten.detach", "aten.clone", "aten.empty", "aten.reshape", "aten.slice", "aten.alias"})


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
    def flops(self) -> int:
        """Two for each multiply-accumulate."""
        return 2 * self.macs


class _Counter(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.macs = 0
        self.activations = 0
        self.convolutions = 0
        self.uncounted: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = str(func).rsplit(".", 1)[0]
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
    parameters = sum(parameter.numel() for parameter in network.parameters())
    state = {name: tensor.to("meta") for name, tensor in network.state_dict().items()}
    image = torch.empty(1, channels, height, width, device="meta")
    counter = _Counter()
    with torch.no_grad(), counter:
        torch.func.functional_call(network, state, (image,))
    return Cost(
        parameters=parameters,
        macs=counter.macs,
        activations=counter.activations,
        convolutions=counter.convolutions,
        uncounted=dict(counter.uncounted),
    )


def published_macs(network: nn.Module, *, channels: int, scale: int) -> int:
    """MACs for a 1280×720 output, as the lightweight networks' papers count.

    Args:
        network: The network.
        channels: Of its input.
        scale: Of the network; the input is 720/scale × 1280/scale, rounded down.
    """
    return cost(network, channels=channels, height=720 // scale, width=1280 // scale).macs
