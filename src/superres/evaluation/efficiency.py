"""What a network costs, counted and measured, with doubts where a count cannot be right."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor, sqrt
from statistics import median

from torch import Tensor, nn

from superres.errors import InvalidRequestError
from superres.models.card import Card
from superres.models.catalogue import build, variants
from superres.models.cost import Cost, cost
from superres.models.weights import load_network

SUSPICIOUS_SHARE = 0.6
"""Of parameters × pixels. Plain convolutional networks have 0.8 and more MACs there; far fewer mean that some
layers were not seen by the counter, or work on a much smaller image."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """A network's costs for an input of a size."""

    card: Card
    height: int
    width: int
    cost: Cost

    @property
    def share(self) -> float:
        """MACs over parameters × input pixels; 0 where nothing is learned."""
        return self.cost.macs / (max(1, self.cost.parameters) * self.height * self.width)

    def doubts(self) -> list[str]:
        """Sentences about what makes the counts doubtful; empty where nothing does."""
        found: list[str] = []
        if self.cost.unknown:
            names = ", ".join(sorted(self.cost.unknown))
            found.append(f"the counter does not know what these operators compute: {names}; the MACs are too few")
        if self.cost.parameters and self.share < SUSPICIOUS_SHARE:
            found.append(
                f"only {self.share:.2f} MACs were counted for each parameter and input pixel; plain convolutional "
                "networks have 0.8 and more, so that layers may be missing"
            )
        return found


class _At(nn.Module):
    """A network of any scale, at one."""

    def __init__(self, network: nn.Module, scale: float) -> None:
        super().__init__()
        self.network = network
        self.scale = scale

    def forward(self, low: Tensor) -> Tensor:
        return self.network(low, self.scale)


def count(model: str, *, height: int = 256, width: int = 256, scale: float | None = None) -> Counts:
    """Count a network.

    Args:
        model: A shipped network, a named variant without weights, or a weights file.
        height: Of the input [pixels].
        width: Of the input [pixels].
        scale: What a network of any scale enlarges by; its card's where not given. Others do not heed it.

    Raises:
        UnknownNameError: If nothing is called so.
        InvalidRequestError: If the network does not take such a small input.
    """
    network, card = _opened(model)
    if min(height, width) < card.minimum_size:
        raise InvalidRequestError(
            f"{card.name} takes sides of {card.minimum_size} pixels and more, but {width}×{height} were asked for"
        )
    if scale is not None and card.highest_scale is not None:
        network = _At(network, scale)
    counted = cost(network, channels=card.channels, height=height, width=width)
    return Counts(card=card, height=height, width=width, cost=counted)


def _opened(model: str) -> tuple[nn.Module, Card]:
    return build(model) if model in variants() else load_network(model)


@dataclass(frozen=True, kw_only=True, slots=True)
class Latency:
    """How long something takes [ms]."""

    median: float
    low: float
    """Lower end of the 95 % interval of the median."""
    high: float
    rounds: int


def latencies(
    contestants: Mapping[str, Callable[[], object]], *, rounds: int = 15, warm_up: int = 2
) -> dict[str, Latency]:
    """Time contestants in turns, so that what else the machine does hits them alike.

    The interval of each median comes from order statistics (binomial, normal approximation).

    Args:
        contestants: What to run, by name.
        rounds: Measured turns.
        warm_up: Turns before that are not measured.

    Raises:
        InvalidRequestError: If there are fewer than 6 rounds, too few for an interval.
    """
    if rounds < 6:
        raise InvalidRequestError(f"an interval needs at least 6 rounds, got {rounds}")
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(warm_up + rounds):
        for name, run in contestants.items():
            started = time.perf_counter()
            run()
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - started)
    return {name: _summary(values) for name, values in seconds.items()}


def _summary(seconds: list[float]) -> Latency:
    ordered = sorted(1000 * value for value in seconds)
    reach = 1.96 * sqrt(len(ordered)) / 2
    low = max(0, floor(len(ordered) / 2 - reach))
    high = min(len(ordered) - 1, ceil(len(ordered) / 2 + reach) - 1)
    return Latency(median=median(ordered), low=ordered[low], high=ordered[high], rounds=len(ordered))
