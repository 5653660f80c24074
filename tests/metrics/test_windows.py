"""Gaussian means over whole windows."""

import pytest
import torch
from torch.nn import functional

from superres.metrics.windows import WINDOW_SIZE, banded, gaussian_window, window_means


def test_window_is_symmetric_and_sums_to_one() -> None:
    window = gaussian_window(torch.zeros(1, dtype=torch.float64))
    assert torch.equal(window, window.flip(0))
    assert window.sum().item() == pytest.approx(1)
    assert len(window) == WINDOW_SIZE


@pytest.mark.parametrize("size", [(11, 11), (74, 74), (30, 139), (74, 75)])
def test_blocks_equal_a_convolution(size: tuple[int, int]) -> None:
    maps = torch.rand(2, 1, *size, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    window = gaussian_window(maps)
    expected = functional.conv2d(maps, torch.outer(window, window)[None, None])
    torch.testing.assert_close(window_means(maps, banded(maps)), expected)
