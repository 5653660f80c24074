"""Quantisation-aware training: a stage in which chosen convolutions compute as if in 8 bit.

The stage leaves the network's plain weights, and on their card the ends of what each such layer sees; an export to int8
takes both. Where a network is sensitive, at its ends above all, layers are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ConfigDict
from torch import Tensor, nn

from superres.errors import InvalidConfigError, unknown_name
from superres.layers.quantization import QuantizedConvolution
from superres.models.architecture import StateDict
from superres.training.claims import require
from superres.training.objectives.answers import ManyAnswers


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantization:
    """What computes in 8 bit: a table `[stages.quantization]`."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    layers: list[str] = field(default_factory=list[str])
    """Convolutions, by their whole names or by the last part, such as `first` for that of every block."""

    def __post_init__(self) -> None:
        require(bool(self.layers), "quantization: name the layers, such as layers = ['first', 'second']")


def chosen_layers(network: nn.Module, layers: Sequence[str]) -> list[str]:
    """The whole names of the convolutions that are meant.

    Raises:
        UnknownNameError: If a name is no layer.
        InvalidConfigError: If one is no plain convolution.
    """
    known = {name: module for name, module in network.named_modules() if name}
    chosen: list[str] = []
    for wanted in layers:
        found = [name for name in known if name == wanted or name.rpartition(".")[2] == wanted]
        if not found:
            raise unknown_name("layer of the network", wanted, [name for name in known if _is_plain(known[name])])
        chosen.extend(found)
    others = [name for name in chosen if not _is_plain(known[name])]
    if others:
        raise InvalidConfigError(
            f"quantization: {', '.join(others)} are no plain convolutions, which alone become 8 bit; "
            "branches are merged first, in a stage before"
        )
    return list(dict.fromkeys(chosen))


def _is_plain(module: nn.Module) -> bool:
    return type(module) is nn.Conv2d


def check_quantization(quantization: Quantization | None, network: nn.Module) -> None:
    """Refuse layers that are not there, and networks of several answers.

    Raises:
        UnknownNameError: If a name is no layer.
        InvalidConfigError: If one is no plain convolution, or the network gives training more than its one answer.
    """
    if quantization is not None:
        require(not isinstance(network, ManyAnswers), "quantization: this is for networks of one answer")
        chosen_layers(network, quantization.layers)


class Quantized(nn.Module):
    """A network in which chosen convolutions compute as if in 8 bit.

    Args:
        network: Changed in place.
        layers: Names, see `Quantization`.
    """

    def __init__(self, network: nn.Module, layers: Sequence[str]) -> None:
        super().__init__()
        self.network = network
        self._names = chosen_layers(network, layers)
        for name in self._names:
            parent, _, last = name.rpartition(".")
            convolution = network.get_submodule(name)
            if not isinstance(convolution, nn.Conv2d):
                raise InvalidConfigError(f"quantization: {name} is no convolution")
            setattr(network.get_submodule(parent), last, QuantizedConvolution(convolution))

    def forward(self, low: Tensor) -> Tensor:
        """The network's answer; (N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self.network(low)

    def plain_weights(self) -> StateDict:
        """The tensors of the network as it was, by its own names."""
        tensors: dict[str, Tensor] = {}
        inside = tuple(f"{name}." for name in self._names)
        for name, tensor in self.network.state_dict().items():
            if not name.startswith(inside):
                tensors[name] = tensor
            elif ".convolution." in name:
                tensors[name.replace(".convolution.", ".")] = tensor
        return tensors

    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """The ends of what each layer sees, 0 between them."""
        found: dict[str, tuple[float, float]] = {}
        for name in self._names:
            layer = self.network.get_submodule(name)
            if isinstance(layer, QuantizedConvolution):
                found[name] = min(0.0, float(layer.low.detach())), max(0.0, float(layer.high.detach()))
        return found
