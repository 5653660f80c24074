"""Statistics of one image that differ between natural photographs and blurred, noisy or ringing ones.

Source of the normalised coefficients and their distributions: Mittal, Moorthy, Bovik, "No-Reference Image Quality
Assessment in the Spatial Domain", IEEE TIP 21(12), 2012, equations 1 to 17; the asymmetric distribution is fitted
after Lasmar, Stitou, Berthoumieu, "Multiscale skewed heavy tailed model for texture analysis", ICIP 2009.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

WINDOW = 7
SIGMA = 7 / 6
"""Standard deviation of the window [pixels]."""
STABILITY = 1 / 255
"""C, for a peak of 1."""
FLOOR = 1e-6
"""Keeps quotients and logarithms finite where an image is flat."""
STATISTICS = (
    "shape",
    "deviation",
    "neighbour_shape",
    "neighbour_mean",
    "neighbour_left",
    "neighbour_right",
    "gradient",
    "gradient_spread",
    "sharpness",
)
"""Names, in the order of `scene_statistics`."""


def scene_statistics(luma: Tensor) -> Mapping[str, Tensor]:
    """Statistics of luma at one scale.

    Args:
        luma: (N, 1, H, W) in [0, 1], sides of at least 7.

    Returns:
        By name one value per image: shape and deviation of the normalised coefficients; shape, mean, left and right
        deviation of products of neighbours, each the mean over four directions; logarithm of the mean gradient, its
        relative spread, and the logarithm of the Laplacian's mean over the gradient's.
    """
    coefficients = _normalised(luma)
    power = coefficients.square().mean(dim=(1, 2, 3))
    shape = _shape(coefficients.abs().mean(dim=(1, 2, 3)).square() / (power + FLOOR))
    products = torch.stack([torch.stack(_asymmetric(product)) for product in _neighbours(coefficients)]).mean(dim=0)
    values = (shape, power.sqrt(), *products, *_gradients(luma))
    return dict(zip(STATISTICS, values, strict=True))


def _normalised(luma: Tensor) -> Tensor:
    """Each pixel less its local mean, over its local deviation."""
    distance = torch.arange(WINDOW, dtype=luma.dtype, device=luma.device) - WINDOW // 2
    taps = torch.exp(-(distance**2) / (2 * SIGMA**2))
    taps = taps / taps.sum()

    def smooth(images: Tensor) -> Tensor:
        padded = functional.pad(images, (WINDOW // 2,) * 4, mode="replicate")
        return functional.conv2d(functional.conv2d(padded, taps.view(1, 1, -1, 1)), taps.view(1, 1, 1, -1))

    mean = smooth(luma)
    deviation = (smooth(luma.square()) - mean.square()).clamp(min=0).sqrt()
    return (luma - mean) / (deviation + STABILITY)


def _neighbours(coefficients: Tensor) -> tuple[Tensor, ...]:
    """Products with the right, lower and the two lower diagonal neighbours."""
    return (
        coefficients[..., :, :-1] * coefficients[..., :, 1:],
        coefficients[..., :-1, :] * coefficients[..., 1:, :],
        coefficients[..., :-1, :-1] * coefficients[..., 1:, 1:],
        coefficients[..., :-1, 1:] * coefficients[..., 1:, :-1],
    )


def _asymmetric(products: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Shape, mean, left and right deviation of the asymmetric generalised Gaussian with these moments."""
    flat = products.flatten(1)
    left, right = (
        ((flat.square() * side).sum(dim=1) / side.sum(dim=1).clamp(min=1)).sqrt()
        for side in ((flat < 0).to(flat), (flat > 0).to(flat))
    )
    skew = (left + FLOOR) / (right + FLOOR)
    ratio = flat.abs().mean(dim=1).square() / (flat.square().mean(dim=1) + FLOOR)
    # Lasmar's correction of the ratio for two unequal sides.
    shape = _shape(ratio * (skew**3 + 1) * (skew + 1) / (skew.square() + 1).square())
    scale = torch.exp(torch.lgamma(2 / shape) - 0.5 * (torch.lgamma(1 / shape) + torch.lgamma(3 / shape)))
    return shape, (right - left) * scale, left, right


def _shape(ratio: Tensor) -> Tensor:
    """The α at which Γ(2/α)² / (Γ(1/α) Γ(3/α)) is this ratio; within [0.2, 10]."""
    shapes, ratios = (each.to(ratio) for each in _table())
    above = torch.searchsorted(ratios, ratio.contiguous()).clamp(1, len(ratios) - 1)
    share = (ratio - ratios[above - 1]) / (ratios[above] - ratios[above - 1])
    return shapes[above - 1] + share.clamp(0, 1) * (shapes[above] - shapes[above - 1])


@cache
def _table() -> tuple[Tensor, Tensor]:
    shapes = torch.linspace(0.2, 10, 2000, dtype=torch.float64)
    logarithms = 2 * torch.lgamma(2 / shapes) - torch.lgamma(1 / shapes) - torch.lgamma(3 / shapes)
    return shapes, logarithms.exp()


def _gradients(luma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    centre = luma[..., 1:-1, 1:-1]
    left, right = luma[..., 1:-1, :-2], luma[..., 1:-1, 2:]
    above, below = luma[..., :-2, 1:-1], luma[..., 2:, 1:-1]
    magnitude = ((right - left).square() + (below - above).square()).sqrt() / 2
    mean = magnitude.mean(dim=(1, 2, 3))
    spread = (magnitude - mean.view(-1, 1, 1, 1)).square().mean(dim=(1, 2, 3)).sqrt()
    curvature = (left + right + above + below - 4 * centre).abs().mean(dim=(1, 2, 3))
    sharpness = (curvature + FLOOR) / (mean + FLOOR)
    return (mean + FLOOR).log(), spread / (mean + FLOOR), sharpness.log()
