"""Linear interpolation between the cells of a pooled map, the same at every place, and quick to differentiate."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional


def between_cells(cells: Tensor, factors: tuple[int, int]) -> Tensor:
    """What lies on the straight line between neighbouring cells, at places of equal distance.

    Interpolation by coordinates rounds its weights according to the place, and tiles would differ from the whole. So
    each cell is repeated, and places are the mean of as many.

    Args:
        cells: (N, C, rows, columns).
        factors: How many places lie from one cell to the next, down and across.

    Returns:
        (N, C, down · (rows - 1) + 1, across · (columns - 1) + 1); the first place of each side is the first cell.
    """
    if torch.is_grad_enabled() and cells.requires_grad:
        return _Between.apply(cells, factors)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return _means(cells, factors)


def _means(cells: Tensor, factors: tuple[int, int]) -> Tensor:
    down, across = factors
    repeated = functional.interpolate(cells, scale_factor=(float(down), float(across)), mode="nearest")
    return functional.avg_pool2d(repeated, factors, stride=1)


class _Between(Function):
    """`_means`, whose own gradient goes over every place as often as there are places between cells.

    Here one multiplication by a matrix for each axis gathers what places give to cells, over memory as it lies with
    channels last: a quarter of the time.
    """

    @staticmethod
    def forward(ctx: Any, cells: Tensor, factors: tuple[int, int]) -> Tensor:
        ctx.factors, ctx.sides = factors, (cells.shape[2], cells.shape[3])
        return _means(cells, factors)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (rows, columns), (down, across) = ctx.sides, ctx.factors
        given = gradients[0].permute(0, 2, 3, 1)
        number, height, width, channels = given.shape
        gathered = _shares(rows, down, given) @ given.reshape(number, height, width * channels)
        gathered = gathered.reshape(number * rows, width, channels)
        gathered = (_shares(columns, across, given) @ gathered) / (down * across)
        return gathered.reshape(number, rows, columns, channels).permute(0, 3, 1, 2), None


def _shares(cells: int, factor: int, like: Tensor) -> Tensor:
    """(cells, places): what each place takes from each cell, as whole parts of `factor`, exact in bfloat16."""
    places = torch.arange(factor * (cells - 1) + 1, device=like.device)
    distances = (places - factor * torch.arange(cells, device=like.device)[:, None]).abs()
    return (factor - distances).clamp(min=0).to(like.dtype)
