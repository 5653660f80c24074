"""Supervised training: the network's answers to a low-resolution patch against the true one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from superres.image.resize import resize
from superres.losses.catalogue import NO_SETTINGS, TermSettings, term
from superres.training.objectives.answers import WeightedAnswer


class SupervisedObjective:
    """A weighted sum of losses, over all answers.

    Args:
        weights: Names of losses and their weights.
        settings: Of the losses that have any.
    """

    def __init__(self, weights: Mapping[str, float], settings: TermSettings = NO_SETTINGS) -> None:
        self._terms = [(term(name, settings), weight) for name, weight in weights.items()]

    def __call__(self, answers: Sequence[WeightedAnswer], high: Tensor, low: Tensor) -> Tensor:
        """The value to minimise, a scalar.

        Args:
            answers: Of `superres.training.objectives.answers.Answering`. One that is smaller than `high`, such as
                a level of LapSRN (arXiv:1704.03915, section 3.2), is compared with the bicubic reduction of `high`
                to its size.
            high: (N, C, H, W) in [0, 1].
            low: (N, C, h, w) in [0, 1], what was answered.
        """
        total = high.new_zeros(())
        for answer, share in answers:
            restored = answer.float()
            reference = _reduced(high, (restored.shape[-2], restored.shape[-1]))
            for each, weight in self._terms:
                total = total + share * weight * each(restored, reference, low)
        return total


def _reduced(high: Tensor, size: tuple[int, int]) -> Tensor:
    return high if size == tuple(high.shape[-2:]) else resize(high, size=size)
