"""Gaussian means over whole windows, as SSIM and its kin take them; fast on the processor and differentiable.

A filter of 11 taps along an axis is a product with a banded matrix. Cut into blocks of 64 positions it costs more
arithmetic than the taps, but matrix products run so much faster that it takes a fifth of the time.
"""

from __future__ import annotations

import torch
from torch import Tensor

WINDOW_SIZE = 11
WINDOW_SIGMA = 1.5
BLOCK = 64
"""Positions that one matrix makes."""


def gaussian_window(like: Tensor) -> Tensor:
    """The one-dimensional window, summing to 1, of the dtype and device of a tensor."""
    distance = torch.arange(WINDOW_SIZE, dtype=like.dtype, device=like.device) - WINDOW_SIZE // 2
    window = torch.exp(-(distance**2) / (2 * WINDOW_SIGMA**2))
    return window / window.sum()


def banded(like: Tensor) -> Tensor:
    """The matrix (64, 74) that makes 64 means out of 74 values."""
    matrix = like.new_zeros(BLOCK, BLOCK + WINDOW_SIZE - 1)
    window = gaussian_window(like)
    for row in range(BLOCK):
        matrix[row, row : row + WINDOW_SIZE] = window
    return matrix


def window_means(maps: Tensor, matrix: Tensor) -> Tensor:
    """Means of at most 64 rows of windows; (..., h, W) with h at most 74 to (..., h - 10, W - 10).

    Args:
        maps: A strip of images.
        matrix: See `banded`.
    """
    rows, columns = (side - WINDOW_SIZE + 1 for side in maps.shape[-2:])
    along = matrix[:rows, : rows + WINDOW_SIZE - 1] @ maps
    parts: list[Tensor] = []
    for start in range(0, columns, BLOCK):
        count = min(BLOCK, columns - start)
        taps = matrix[:count, : count + WINDOW_SIZE - 1]
        parts.append(along[..., start : start + count + WINDOW_SIZE - 1] @ taps.T)
    return torch.cat(parts, dim=-1)
