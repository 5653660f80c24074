"""Total variation as a loss: what keeps a restored image from ringing. It looks at the restored image alone.

Source: Rudin, Osher, Fatemi, Physica D 60, 1992; in super-resolution SRGAN (arXiv:1609.04802, section 2.2) weighs it
by 2e-8.
"""

from __future__ import annotations

from torch import Tensor

from superres.errors import InvalidImageError
from superres.losses.loss import Loss, Nothing, Term

EPSILON = 1e-3
"""Rounds the root off at 0, where it has no slope."""


def total_variation(restored: Tensor) -> Tensor:
    """Mean of sqrt(d² + epsilon²) - epsilon, d the difference to the right and lower neighbour; 0 for constant images.

    Args:
        restored: (N, C, H, W) in [0, 1], at least two rows and two columns.

    Raises:
        InvalidImageError: If there are fewer.
    """
    if min(restored.shape[-2:]) < 2:
        raise InvalidImageError(
            f"total variation needs two rows and two columns of pixels, got {tuple(restored.shape)}"
        )
    corner = restored[..., :-1, :-1]
    squares = (restored[..., 1:, :-1] - corner).square() + (restored[..., :-1, 1:] - corner).square()
    return ((squares + EPSILON**2).sqrt() - EPSILON).mean()


def _build(_: Nothing) -> Term:
    def term(restored: Tensor, _: Tensor, __: Tensor) -> Tensor:
        return total_variation(restored)

    return term


LOSSES = (
    Loss(
        name="total_variation",
        source="doi:10.1016/0167-2789(92)90242-F",
        build=_build,
        minimum_size=2,
        compares=False,
    ),
)
