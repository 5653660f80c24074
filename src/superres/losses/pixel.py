"""Losses that compare pixel by pixel.

Each takes two batches (N, C, H, W) in [0, 1] of one shape, dtype and device, gives a scalar, and raises
`InvalidImageError` where they differ: broadcasting would train towards something else without a word.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from superres.losses.loss import Loss, of_pair
from superres.metrics.metric import check_pair

CHARBONNIER_EPSILON = 1e-3
"""LapSRN (arXiv:1704.03915, section 3.2)."""


def l1(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean absolute error."""
    check_pair(restored, reference)
    return (restored - reference).abs().mean()


def l2(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean squared error."""
    check_pair(restored, reference)
    return functional.mse_loss(restored, reference)  # in one pass over the images, where its parts take three


def charbonnier(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean of sqrt(error² + epsilon²), a smooth absolute error; its floor at equality is epsilon."""
    check_pair(restored, reference)
    return ((restored - reference).square() + CHARBONNIER_EPSILON**2).sqrt().mean()


LOSSES = (
    Loss(name="l1", source="the mean absolute error", build=of_pair(l1), is_pixelwise=True),
    Loss(name="l2", source="the mean squared error", build=of_pair(l2), is_pixelwise=True),
    Loss(
        name="charbonnier",
        source="arXiv:1704.03915, section 3.2",
        build=of_pair(charbonnier),
        floor=CHARBONNIER_EPSILON,
        is_pixelwise=True,
    ),
)
