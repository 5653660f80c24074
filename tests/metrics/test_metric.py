"""The door of every metric."""

import pytest
import torch
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.metric import check_pair

IMAGE = torch.rand(1, 3, 4, 5)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (torch.rand(1, 3, 5, 4), r"one shape.*\(1, 3, 4, 5\) and \(1, 3, 5, 4\)"),
        (torch.rand(1, 1, 4, 5), "one shape"),
        (IMAGE.double(), r"one kind.*float32.*float64"),
        (IMAGE.to("meta"), r"one kind.*cpu.*meta"),
    ],
)
def test_images_that_cannot_be_compared_are_refused(other: Tensor, message: str) -> None:
    with pytest.raises(InvalidImageError, match=message):
        check_pair(IMAGE, other)


def test_images_without_a_batch_are_refused() -> None:
    with pytest.raises(InvalidImageError, match=r"\(N, C, H, W\)"):
        check_pair(IMAGE[0], IMAGE[0])


def test_a_fitting_pair_passes() -> None:
    check_pair(IMAGE, torch.zeros_like(IMAGE))
