"""Consistency with the input."""

from math import inf, log10

import pytest
import torch

from superres.errors import InvalidImageError
from superres.image.resize import resize
from superres.metrics.lr_consistency import lr_consistency

HIGH = torch.rand(2, 3, 24, 32, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("scale", [2, 4])
def test_true_image_is_consistent_with_its_reduction(scale: int) -> None:
    low = torch.floor(resize(HIGH, scale=1 / scale).clamp(0, 1) * 255 + 0.5) / 255
    assert lr_consistency(HIGH, low).tolist() == [inf, inf]


def test_shift_of_colour_shows_as_it_is() -> None:
    restored = torch.full((1, 3, 16, 16), 120 / 255, dtype=torch.float64)
    low = torch.full((1, 3, 8, 8), 115 / 255, dtype=torch.float64)
    assert lr_consistency(restored, low).item() == pytest.approx(20 * log10(255 / 5))


@pytest.mark.parametrize("size", [(12, 15), (7, 16), (25, 33)])
def test_sizes_that_do_not_fit_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidImageError, match="no whole multiple"):
        lr_consistency(HIGH, torch.rand(2, 3, *size, dtype=torch.float64))
