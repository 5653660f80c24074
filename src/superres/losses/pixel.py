"""Losses that compare pixel by pixel."""

from __future__ import annotations

from torch import Tensor

CHARBONNIER_EPSILON = 1e-3
"""LapSRN (arXiv:1704.03915, section 3.2)."""


def l1(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean absolute error; both (N, C, H, W) in [0, 1]; a scalar."""
    return (restored - reference).abs().mean()


def l2(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean squared error; both (N, C, H, W) in [0, 1]; a scalar."""
    return (restored - reference).square().mean()


def charbonnier(restored: Tensor, reference: Tensor) -> Tensor:
    """Mean of sqrt(error² + epsilon²), a smooth absolute error; its floor at equality is epsilon."""
    return ((restored - reference).square() + CHARBONNIER_EPSILON**2).sqrt().mean()
