"""Feature similarity: phase congruency says where people look, and with the gradient what they see there.

Source: Zhang, Zhang, Mou, Zhang, "FSIM: A Feature Similarity Index for Image Quality Assessment", IEEE TIP 20(8),
2011, and the authors' code: luma in 0..255, reduced so that the smaller side has about 256 pixels; T1 = 0.85,
T2 = 160.
"""

from __future__ import annotations

from math import floor

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError
from superres.metrics.luma import luma_levels
from superres.metrics.metric import Metric, check_pair, numbers
from superres.metrics.phase_congruency import phase_congruency

PHASE_CONSTANT = 0.85
"""T1."""
GRADIENT_CONSTANT = 160.0
"""T2, for values in 0..255."""
MINIMUM_SIZE = 2
"""A single row or column has no orientations."""
SMALLEST_WEIGHT = 1e-8
"""Far below the phase congruency of any feature; where nothing is a feature, all pixels count alike."""


def fsim(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Feature similarity of each image; colour images are compared in luma.

    Differentiable, with finite gradients at equality and on constant images.

    Args:
        restored: Output of a model, in [0, 1]; one or three channels, sides of at least 2 pixels.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image in [0, 1]; 1 for identical images; higher is better.

    Raises:
        InvalidImageError: If shape, dtype or device differ, the channels are neither one nor three, a side is too
            short, or a value is NaN.
    """
    check_sides(restored, reference, title="FSIM")
    first, second = (reduced(luma_levels(images, "FSIM")) for images in (restored, reference))
    return numbers(weighted_mean(*features(first, second)), "FSIM")


def check_sides(restored: Tensor, reference: Tensor, *, title: str) -> None:
    """Refuse two batches whose features cannot be compared.

    Raises:
        InvalidImageError: If so.
    """
    check_pair(restored, reference)
    height, width = restored.shape[-2:]
    if min(height, width) < MINIMUM_SIZE:
        raise InvalidImageError(f"{title} needs sides of at least {MINIMUM_SIZE} pixels, got {width}×{height}")


def reduced(plane: Tensor) -> Tensor:
    """Means of F×F pixels, F so that the smaller side has about 256 pixels afterwards; zeros around the image."""
    factor = max(1, floor(min(plane.shape[-2:]) / 256 + 0.5))
    before, after = (factor - 1) // 2, factor // 2
    return functional.avg_pool2d(functional.pad(plane, (before, after, before, after)), factor)


def features(restored: Tensor, reference: Tensor) -> tuple[Tensor, Tensor]:
    """Of two planes of luma: similarity of phase congruency times that of gradients, and the weight of each pixel."""
    first, second = phase_congruency(restored), phase_congruency(reference)
    of_phase, weights = similarity(first, second, PHASE_CONSTANT), torch.maximum(first, second)
    first, second = _squared_gradient(restored), _squared_gradient(reference)
    # Squared magnitudes keep the gradient finite where an image is flat.
    product = (first * second + torch.finfo(first.dtype).tiny).sqrt()
    of_gradient = (2 * product + GRADIENT_CONSTANT) / (first + second + GRADIENT_CONSTANT)
    return of_phase * of_gradient, weights


def similarity(first: Tensor, second: Tensor, constant: float) -> Tensor:
    """1 where two maps are equal; the constant keeps it calm where both are small."""
    return (2 * first * second + constant) / (first.square() + second.square() + constant)


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """The mean over the pixels of each image, weighted by their phase congruency."""
    weights = weights + SMALLEST_WEIGHT
    return (values * weights).sum(dim=(1, 2, 3)) / weights.sum(dim=(1, 2, 3))


def _squared_gradient(luma: Tensor) -> Tensor:
    """Squared magnitude of Scharr's gradient, with zeros around the image."""
    across = torch.outer(luma.new_tensor([3.0, 10.0, 3.0]), luma.new_tensor([1.0, 0.0, -1.0])) / 16
    kernels = torch.stack([across, across.T])[:, None]
    return functional.conv2d(luma, kernels, padding=1).square().sum(dim=1, keepdim=True)


METRIC = Metric(
    name="fsim",
    title="FSIM",
    unit="",
    higher_is_better=True,
    best=1.0,
    source="doi:10.1109/TIP.2011.2109730",
    function=fsim,
    minimum_size=MINIMUM_SIZE,
)
