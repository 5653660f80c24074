"""Supervised objectives."""

import pytest
import torch
from torch import Tensor

from superres.errors import UnknownNameError
from superres.image.resize import resize
from superres.losses.catalogue import TermSettings
from superres.losses.distillation import DistillationSettings
from superres.models.lapsrn import LapSRN, LapSRNConfig
from superres.training.objectives.answers import Answering
from superres.training.objectives.supervised import SupervisedObjective

LOW, HIGH = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.5)


def test_terms_are_added_with_their_weights() -> None:
    value = SupervisedObjective({"l1": 2.0, "l2": 4.0})([(LOW, 1.0)], HIGH, LOW)
    assert value.item() == pytest.approx(2 * 0.5 + 4 * 0.25)


def test_answers_are_added_with_their_weights() -> None:
    value = SupervisedObjective({"l1": 2.0})([(LOW, 0.25), (torch.ones_like(LOW), 3.0)], HIGH, LOW)
    assert value.item() == pytest.approx(2 * (0.25 * 0.5 + 3 * 0.5))


def test_smaller_answer_is_compared_with_the_reduction_of_the_truth() -> None:
    high = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    value = SupervisedObjective({"l1": 1.0})([(resize(high, scale=0.5), 1.0)], high, high)
    assert value.item() == pytest.approx(0, abs=1e-6)


def pyramid() -> tuple[list[Tensor], Tensor, Tensor]:
    """The levels of a small LapSRN ×8, what the objective makes of them, and the truth."""
    torch.manual_seed(0)
    network, high = LapSRN(LapSRNConfig(scale=8, width=4, depth=1)), torch.rand(2, 1, 32, 32)
    low = resize(high, scale=1 / 8)
    answers = Answering(network)(low, 0.5)
    return [image for image, _ in answers], SupervisedObjective({"charbonnier": 1.0})(answers, high, low), high


def test_pyramid_is_the_sum_over_its_levels_of_the_charbonnier_distance() -> None:
    levels, value, high = pyramid()
    truths = [resize(high, scale=0.25), resize(high, scale=0.5), high]
    squares = [(level - truth).square() for level, truth in zip(levels, truths, strict=True)]
    assert value.item() == pytest.approx(sum((square + 1e-6).sqrt().mean().item() for square in squares), rel=1e-5)


def test_every_level_of_a_pyramid_gets_a_gradient_of_its_own() -> None:
    levels, value, high = pyramid()
    # What reaches a level through the levels above it is left out by the sum of what those say alone.
    total = torch.autograd.grad(value, levels, retain_graph=True)
    above = [SupervisedObjective({"charbonnier": 1.0})([(level, 1.0)], high, high) for level in levels]
    for index, gradient in enumerate(total):
        later = [torch.autograd.grad(each, levels[index], retain_graph=True)[0] for each in above[index + 1 :]]
        own = gradient - sum(later, start=torch.zeros_like(gradient))
        assert own.abs().sum() > 0.1


def test_term_is_built_with_its_settings_and_sees_the_input() -> None:
    settings = TermSettings(distillation=DistillationSettings(teacher="bicubic_x2", distance="l2"))
    low, high = torch.full((1, 3, 4, 4), 0.5), torch.full((1, 3, 8, 8), 0.9)
    value = SupervisedObjective({"l1": 2.0, "distillation": 3.0}, settings)([(high - 0.2, 1.0)], high, low)
    # From the truth 0.2; from the teacher, which enlarges a flat image to itself, 0.7 - 0.5.
    assert value.item() == pytest.approx(2 * 0.2 + 3 * 0.2**2, rel=1e-4)


def test_unknown_term_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        SupervisedObjective({"l7": 1.0})
