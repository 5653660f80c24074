"""Some pixels of each patch in place of all, for networks that answer pixel by pixel.

Source: LIIF (arXiv:2012.09161, section 4.1), which asks for as many pixels of each patch as its low-resolution side has
squared, whatever the scale: 2304 for 48.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

Places = tuple[Tensor, Tensor]
"""Rows and columns of output pixels; (N, P) each."""
_STREAM = 1
"""Keeps these random numbers apart from those of the batch of the same key."""


@runtime_checkable
class AnswersByPixel(Protocol):
    """A network of any scale that can be asked for some pixels of its output."""

    def query(self, low: Tensor, rows: Tensor, columns: Tensor, scale: float) -> Tensor:
        """Pixels of the output.

        Args:
            low: (N, C, H, W) in [0, 1].
            rows: (N, P), rows of the output.
            columns: (N, P), columns of the output.
            scale: Of the whole output.

        Returns:
            (N, C, P).
        """
        ...


def sampled_places(high: Tensor, count: int, key: Sequence[int]) -> Places:
    """Different places for each patch, none twice; the same ones whenever they are asked for.

    Args:
        high: (N, C, H, W), patches with at least `count` pixels.
        count: Places in each.
        key: What the places depend on, besides the shape.
    """
    batch, _, height, width = high.shape
    random = np.random.default_rng((*key, _STREAM))
    chosen = np.stack([random.choice(height * width, count, replace=False) for _ in range(batch)])
    numbers = torch.from_numpy(chosen).to(high.device)
    return numbers // width, numbers % width


def picked(high: Tensor, places: Places) -> Tensor:
    """The pixels at places; (N, C, H, W) to (N, C, 1, P), an image of one row."""
    rows, columns = places
    numbers = (rows * high.shape[3] + columns)[:, None].expand(-1, high.shape[1], -1)
    return high.flatten(2).gather(2, numbers)[:, :, None]
