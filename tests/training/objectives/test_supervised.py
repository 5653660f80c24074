"""Supervised objectives."""

import pytest
import torch
from torch import nn

from superres.errors import UnknownNameError
from superres.training.objectives.supervised import SupervisedObjective

LOW, HIGH = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.5)


def test_terms_are_added_with_their_weights() -> None:
    value = SupervisedObjective({"l1": 2.0, "l2": 4.0})(nn.Identity(), LOW, HIGH)
    assert value.item() == pytest.approx(2 * 0.5 + 4 * 0.25)


def test_unknown_term_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        SupervisedObjective({"l7": 1.0})
