"""A network layer by layer: what each one puts out, holds and computes.

A layer is a module without modules inside, or one that computes or holds something besides what they do, as attention
does. Every multiply-accumulate belongs to the innermost module that ran it, so that the rows add up to `cost`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from torch import Tensor, nn

from superres.models.cost import Tally, tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One layer of a network; figures are for one image and all of its calls together."""

    name: str
    """Where it stands, such as `blocks.0.attention.expand`; the network itself is the empty text."""
    kind: str
    """Its class, such as `Conv2d`."""
    shape: tuple[int, ...] | None = None
    """Of its last output, without the batch; None where it did not run, or gave something else than a tensor."""
    parameters: int = 0
    """Trained values; those that several layers share are counted at the first."""
    macs: int = 0
    calls: int = 0
    """How often it ran."""


def layer_table(network: nn.Module, *, channels: int, height: int, width: int) -> tuple[Layer, ...]:
    """The layers of a network in the order in which they are defined. Nothing is computed, as in `cost`.

    Args:
        network: Any network; it is not changed.
        channels: Of the input image.
        height: Of the input image [pixels].
        width: Of the input image [pixels].
    """
    seen: dict[str, Layer] = {}

    @contextmanager
    def watched(running: Tally) -> Generator[None]:
        seen.clear()
        seen.update(_at_rest(network))
        with _observed(network, running, seen):
            yield

    tally(network, channels=channels, height=height, width=width, watched=watched)
    has_parts = {name: any(True for _ in module.children()) for name, module in network.named_modules()}
    return tuple(
        layer
        for layer in seen.values()
        if layer.parameters or layer.macs or (layer.calls and not has_parts[layer.name])
    )


def _at_rest(network: nn.Module) -> dict[str, Layer]:
    """Every module with the parameters that are its own."""
    counted: set[int] = set()
    found: dict[str, Layer] = {}
    for name, module in network.named_modules():
        own = {id(each): each.numel() for each in module.parameters(recurse=False)}
        parameters = sum(size for key, size in own.items() if key not in counted)
        counted |= own.keys()
        found[name] = Layer(name=name, kind=type(module).__name__, parameters=parameters)
    return found


@contextmanager
def _observed(network: nn.Module, running: Tally, seen: dict[str, Layer]) -> Generator[None]:
    """Note in `seen` what each module does."""
    # MACs before each module that is running, and those that modules inside it have taken for themselves.
    open_calls: list[tuple[int, int]] = []

    def before(_module: nn.Module, _arguments: Any) -> None:
        open_calls.append((running.macs, 0))

    def after(name: str, _module: nn.Module, _arguments: Any, output: Any) -> None:
        started, inside = open_calls.pop()
        whole = running.macs - started
        if open_calls:
            outer_started, outer_inside = open_calls[-1]
            open_calls[-1] = (outer_started, outer_inside + whole)
        layer = seen[name]
        seen[name] = replace(
            layer,
            shape=tuple(output.shape[1:]) if isinstance(output, Tensor) else None,
            macs=layer.macs + whole - inside,
            calls=layer.calls + 1,
        )

    removals: list[Callable[[], None]] = []
    for name, module in network.named_modules():
        removals.append(module.register_forward_pre_hook(before).remove)
        removals.append(module.register_forward_hook(partial(after, name)).remove)
    try:
        yield
    finally:
        for remove in removals:
            remove()
