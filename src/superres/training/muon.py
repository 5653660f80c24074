"""Momentum whose steps are made orthogonal: kernels move in all directions alike, not along the loudest ones.

Source: Jordan et al., Muon: an optimizer for hidden layers in neural networks (2024); step sizes after Liu et al., Muon
is scalable for LLM training (arXiv:2502.16982, section 2.2), which make rates of Adam fit. PyTorch's own takes nothing
but matrices; convolutions are most of what is trained here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod, sqrt
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

ITERATION = (3.4445, -4.7750, 2.0315)
"""Coefficients of x, x³ and x⁵ that bring singular values near 1 within five iterations; the authors'."""

ITERATIONS = 5
MATCH = 0.2
"""Root mean square of Adam's steps, for a rate of 1, that those of matrices are scaled to."""

_EPSILON = 1e-7
_ADAM_EPSILON = 1e-8

Group = dict[str, Any]
_Moved = tuple[Tensor, Tensor]
"""A parameter and its gradient."""


class Muon(Optimizer):
    """Orthogonal momentum for kernels and matrices, Adam for all else, such as biases.

    Args:
        parameters: Those to train, or groups of them. A kernel (out, in, height, width) is the matrix
            (out, in · height · width).
        lr: Learning rate; that of Adam fits, and two to five times as much.
        momentum: Of the matrices, Nesterov's.
        betas: Of Adam.
        weight_decay: Share of a weight, times the rate, that is taken off at every step.
        without: Parameters that are no matrices though they look so, such as the kernels of grouped convolutions.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter] | Iterable[Group],
        *,
        lr: float,
        momentum: float,
        betas: tuple[float, float],
        weight_decay: float = 0.0,
        without: Iterable[Tensor] = (),
    ) -> None:
        self._without = {id(parameter) for parameter in without}
        defaults = {"lr": lr, "momentum": momentum, "betas": betas, "weight_decay": weight_decay}
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Move every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            moved: list[_Moved] = [(each, each.grad) for each in group["params"] if each.grad is not None]
            for parameter, _ in moved:
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
            self._step_matrices([each for each in moved if self._is_matrix(each[0])], group)
            for parameter, gradient in moved:
                if not self._is_matrix(parameter):
                    _step_adam(parameter, gradient, self.state[parameter], group)
        return loss

    def _is_matrix(self, parameter: Tensor) -> bool:
        return id(parameter) not in self._without and parameter.ndim >= 2 and min(_sides(parameter)) > 1

    def _step_matrices(self, moved: Sequence[_Moved], group: Group) -> None:
        """Those of one shape together, which is several times as fast."""
        by_shape: dict[tuple[int, int], list[_Moved]] = {}
        for each in moved:
            by_shape.setdefault(_sides(each[0]), []).append(each)
        for shape, alike in by_shape.items():
            moves = orthogonal(torch.stack([self._momentum(*each, group).reshape(shape) for each in alike]))
            size = MATCH * sqrt(max(shape))
            for (parameter, _), move in zip(alike, moves, strict=True):
                parameter.add_(move.reshape(parameter.shape), alpha=-group["lr"] * size)

    def _momentum(self, parameter: Tensor, gradient: Tensor, group: Group) -> Tensor:
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(gradient, 1 - group["momentum"])
        return gradient.lerp(state["momentum"], group["momentum"])


def orthogonal(matrices: Tensor) -> Tensor:
    """Matrices whose singular values are brought near 1, by a polynomial; their singular vectors stay.

    Args:
        matrices: (N, rows, columns).

    Returns:
        The same shape; singular values lie within about 0.7 to 1.2, unless they were smaller than a thousandth of the
        largest.
    """
    is_tall = matrices.shape[1] > matrices.shape[2]
    found = matrices.mT if is_tall else matrices
    found = found / (found.norm(dim=(1, 2), keepdim=True) + _EPSILON)
    first, third, fifth = ITERATION
    for _ in range(ITERATIONS):
        square = found @ found.mT
        found = first * found + (third * square + fifth * square @ square) @ found
    return found.mT if is_tall else found


def _sides(parameter: Tensor) -> tuple[int, int]:
    return parameter.shape[0], prod(parameter.shape[1:])


def _step_adam(parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: Group) -> None:
    if not state:
        state.update(steps=0, mean=torch.zeros_like(parameter), square=torch.zeros_like(parameter))
    state["steps"] += 1
    slow, slower = group["betas"]
    state["mean"].lerp_(gradient, 1 - slow)
    state["square"].mul_(slower).addcmul_(gradient, gradient, value=1 - slower)
    mean, square = state["mean"] / (1 - slow ** state["steps"]), state["square"] / (1 - slower ** state["steps"])
    parameter.addcdiv_(mean, square.sqrt() + _ADAM_EPSILON, value=-group["lr"])
