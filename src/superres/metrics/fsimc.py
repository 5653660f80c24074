"""Feature similarity of colour images: FSIM with the similarity of both chroma planes.

Source: Zhang, Zhang, Mou, Zhang, "FSIM: A Feature Similarity Index for Image Quality Assessment", IEEE TIP 20(8),
2011, section on colour, and the authors' code: the I and Q of YIQ, T3 = T4 = 200, λ = 0.03.
"""

from __future__ import annotations

from math import cos, pi

import torch
from jaxtyping import Float
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.fsim import MINIMUM_SIZE, check_sides, features, reduced, similarity, weighted_mean
from superres.metrics.luma import luma_levels
from superres.metrics.metric import Metric, numbers

IN_PHASE = (0.596, -0.274, -0.322)
"""I of YIQ."""
QUADRATURE = (0.211, -0.523, 0.312)
"""Q of YIQ."""
CHROMA_CONSTANT = 200.0
"""T3 and T4, for values in 0..255."""
CHROMA_EXPONENT = 0.03
"""How much chroma counts, λ."""
SMALLEST_SIMILARITY = 1e-12
"""Below, the root of the chroma similarity would be too steep for a gradient."""


def fsimc(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Feature similarity of each colour image, with chroma.

    Differentiable, with finite gradients at equality and on constant images.

    Args:
        restored: Output of a model: RGB in [0, 1], sides of at least 2 pixels.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image in [0, 1]; 1 for identical images; higher is better. Equals `fsim` where no image has
        colour.

    Raises:
        InvalidImageError: If shape, dtype or device differ, the images are not RGB, a side is too short, or a value
            is NaN.
    """
    check_sides(restored, reference, title="FSIMc")
    if restored.shape[1] != 3:
        raise InvalidImageError(f"FSIMc compares RGB images, got {restored.shape[1]} channel; FSIM compares grey ones")
    first, second = (reduced(luma_levels(images, "FSIMc")) for images in (restored, reference))
    of_features, weights = features(first, second)
    of_chroma = _chroma_similarity(restored, reference, IN_PHASE) * _chroma_similarity(restored, reference, QUADRATURE)
    return numbers(weighted_mean(of_features * _powered(of_chroma), weights), "FSIMc")


def _chroma_similarity(restored: Tensor, reference: Tensor, weights: tuple[float, float, float]) -> Tensor:
    """Similarity of the planes that these weights of the colours make, in -255..255."""
    row = 255 * restored.new_tensor(weights).view(1, 3, 1, 1)
    first, second = (reduced((images * row).sum(dim=1, keepdim=True)) for images in (restored, reference))
    return similarity(first, second, CHROMA_CONSTANT)


def _powered(of_chroma: Tensor) -> Tensor:
    """The real part of the power λ, as the authors take it: opposite colours have negative similarity."""
    size = of_chroma.abs().clamp(min=SMALLEST_SIMILARITY) ** CHROMA_EXPONENT
    return torch.where(of_chroma < 0, cos(pi * CHROMA_EXPONENT) * size, size)


METRIC = Metric(
    name="fsimc",
    title="FSIMc",
    unit="",
    higher_is_better=True,
    best=1.0,
    source="doi:10.1109/TIP.2011.2109730",
    function=fsimc,
    colour="rgb",
    minimum_size=MINIMUM_SIZE,
)
