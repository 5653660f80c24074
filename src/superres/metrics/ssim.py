"""Structural similarity.

Source: Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", IEEE
TIP 13(4), 2004: the usual form is equation 13, the form of three components equations 6, 9, 10 and 12, with the
authors' window: 11×11, Gaussian of 1.5 pixels, whole windows only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.metric import Metric, check_pair, numbers
from superres.metrics.windows import BLOCK, WINDOW_SIZE, banded, window_means

LUMINANCE_CONSTANT = 0.01**2
"""C1 for a peak of 1."""
CONTRAST_CONSTANT = 0.03**2
"""C2 for a peak of 1."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Local means, variances and covariance of two images, over whole windows."""

    restored: Tensor
    reference: Tensor
    restored_variance: Tensor
    reference_variance: Tensor
    covariance: Tensor

    def luminance(self) -> Tensor:
        """Equation 6."""
        product = 2 * self.restored * self.reference + LUMINANCE_CONSTANT
        return product / (self.restored**2 + self.reference**2 + LUMINANCE_CONSTANT)

    def contrast_structure(self) -> Tensor:
        """Contrast and structure in one factor, for C3 = C2 / 2; the second factor of equation 13."""
        total = self.restored_variance + self.reference_variance
        return (2 * self.covariance + CONTRAST_CONSTANT) / (total + CONTRAST_CONSTANT)


def ssim(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Structural similarity of each image: the mean over all whole windows and all channels.

    Args:
        restored: Output of a model, in [0, 1].
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image in [-1, 1]; 1 for identical images; higher is better.

    Raises:
        InvalidImageError: If shape, dtype or device differ, a side is shorter than the window, or a value is NaN.
    """
    values = mean_of_maps(restored, reference, lambda moments: moments.luminance() * moments.contrast_structure())
    return numbers(values, "SSIM")


def component_ssim(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
    *,
    exponents: tuple[float, float, float] = (1.0, 1.0, 1.0),
    structure_constant: float = CONTRAST_CONSTANT / 2,
) -> Float[Tensor, " batch"]:
    """Structural similarity as luminance^α · contrast^β · structure^γ, equation 12; by default equal to `ssim`.

    Args:
        restored: See `ssim`.
        reference: See `ssim`.
        exponents: α, β and γ. A γ that is no whole number takes structure that disagrees in sign for 0.
        structure_constant: C3 for a peak of 1.

    Returns:
        See `ssim`, which also says what is raised.
    """
    alpha, beta, gamma = exponents

    def product(moments: Moments) -> Tensor:
        deviations = (moments.restored_variance.clamp(min=0) * moments.reference_variance.clamp(min=0)).sqrt()
        total = moments.restored_variance + moments.reference_variance
        contrast = (2 * deviations + CONTRAST_CONSTANT) / (total + CONTRAST_CONSTANT)
        structure = (moments.covariance + structure_constant) / (deviations + structure_constant)
        signed = structure if float(gamma).is_integer() else structure.clamp(min=0)
        return moments.luminance() ** alpha * contrast**beta * signed**gamma

    return numbers(mean_of_maps(restored, reference, product), "SSIM")


def mean_of_maps(restored: Tensor, reference: Tensor, form: Callable[[Moments], Tensor]) -> Tensor:
    """Mean over all whole windows and channels of a map made of local moments; one value per image."""
    check_pair(restored, reference)
    height, width = restored.shape[-2:]
    if min(height, width) < WINDOW_SIZE:
        raise InvalidImageError(
            f"structural similarity needs sides of at least {WINDOW_SIZE} pixels, got {width}×{height}"
        )
    # A variance is a difference of two means; it keeps its digits where values lie around zero.
    centre = ((restored.mean(dim=(2, 3), keepdim=True) + reference.mean(dim=(2, 3), keepdim=True)) / 2).detach()
    x, y = restored - centre, reference - centre
    matrix = banded(restored)
    total = restored.new_zeros(())
    # Strip by strip, so that a strip with all its maps stays in the processor's cache.
    for top in range(0, height - WINDOW_SIZE + 1, BLOCK):
        rows = slice(top, min(top + BLOCK + WINDOW_SIZE - 1, height))
        moments = _moments(x[..., rows, :], y[..., rows, :], centre, matrix)
        total = total + form(moments).sum(dim=(2, 3))
    windows = (height - WINDOW_SIZE + 1) * (width - WINDOW_SIZE + 1)
    return (total / windows).mean(dim=1)


def _moments(x: Tensor, y: Tensor, centre: Tensor, matrix: Tensor) -> Moments:
    mean_x, mean_y, square_x, square_y, product = window_means(torch.stack([x, y, x * x, y * y, x * y]), matrix)
    return Moments(
        restored=mean_x + centre,
        reference=mean_y + centre,
        restored_variance=square_x - mean_x**2,
        reference_variance=square_y - mean_y**2,
        covariance=product - mean_x * mean_y,
    )


METRIC = Metric(
    name="ssim",
    title="SSIM",
    unit="",
    higher_is_better=True,
    best=1.0,
    source="doi:10.1109/TIP.2003.819861",
    function=ssim,
    minimum_size=WINDOW_SIZE,
)
