"""All that a network has to say in training, which may be more than its one answer.

LapSRN's levels and DRCN's recursions each make an image, and training compares them all. Such a network has a method
`training_answers`; of every other network the one answer counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

from superres.training.objectives.sampling import AnswersByPixel, Places

WeightedAnswer = tuple[Tensor, float]
"""An image (N, C, h, w), not larger than the high-resolution one, and what its losses are multiplied by."""


@runtime_checkable
class ManyAnswers(Protocol):
    """A network that gives training more than its answer."""

    def training_answers(self, low: Tensor, done: float) -> Sequence[WeightedAnswer]:
        """Every image that is compared, the answer itself included.

        Args:
            low: (N, C, H, W) in [0, 1].
            done: Share of the stage's steps that are done, in [0, 1), for weights that change.
        """
        ...


class Answering(nn.Module):
    """A network as training asks it; the network's own parameters, none of its own.

    Args:
        network: Any network of the catalogue.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self._many = network if isinstance(network, ManyAnswers) else None
        self._by_pixel = network if isinstance(network, AnswersByPixel) else None

    def forward(
        self, low: Tensor, done: float, scale: float | None = None, places: Places | None = None
    ) -> Sequence[WeightedAnswer]:
        """All answers.

        Args:
            low: (N, C, H, W) in [0, 1].
            done: See `ManyAnswers`.
            scale: What a network of any scale is asked for; its own where not given.
            places: Output pixels that a network is asked for that answers by pixel, with a scale; all where not given.

        Returns:
            Images and their weights; the pixels at places are an image (N, C, 1, P).
        """
        if scale is not None and places is not None and self._by_pixel is not None:
            return [(self._by_pixel.query(low, *places, scale)[:, :, None], 1.0)]
        if scale is not None:
            return [(self.network(low, scale), 1.0)]
        return [(self.network(low), 1.0)] if self._many is None else self._many.training_answers(low, done)
