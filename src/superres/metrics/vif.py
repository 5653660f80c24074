"""Visual information fidelity: how much of what an eye could read in the reference it can still read.

Source: Sheikh, Bovik, "Image Information and Visual Quality", IEEE TIP 15(2), 2006, in the form
that the authors published for pixels instead of wavelets (`vifp_mscale`), which everyone reports as VIF or
VIFp: 4 scales, Gaussian windows of 17, 9, 5 and 3 pixels, whole windows only.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.luma import luma_levels
from superres.metrics.metric import Metric, check_pair, numbers
from superres.metrics.separable import gaussian_taps, separable_means

WINDOW_SIZES = (17, 9, 5, 3)
"""Of the scales, finest first; the standard deviation of each Gaussian is a fifth of its size."""
EYE_NOISE = 2.0
"""Variance of the eye's own noise, for values in 0..255."""
MINIMUM_SIZE = 41
"""The coarsest scale then holds a window."""
SMALLEST_VARIANCE = 1e-10
SMALLEST_INFORMATION = 1e-9
"""Far below what any image holds."""


@dataclass(frozen=True, slots=True)
class Channel:
    """How each window of the restored image came from the reference: gain and additive noise."""

    gain: Tensor
    noise: Tensor
    """Variance."""
    reference: Tensor
    """Variance of the reference itself."""


def vif(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Information of the reference that is left in each image, in pixels; colour images are compared in luma.

    The two images are not interchangeable. Differentiable, with finite gradients.

    Args:
        restored: Output of a model, in [0, 1]; one or three channels, sides of at least 41 pixels.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image, at least 0; 1 for identical images; higher is better, and above 1 where the restored
        image has more contrast than its reference; meaningless where the reference is almost constant. A constant
        one has no information to lose: the value is then the share of the eye's noise in all noise, 1 for another
        constant image and less for a noisy one.

    Raises:
        InvalidImageError: If shape, dtype or device differ, the channels are neither one nor three, a side is too
            short, or a value is NaN.
    """
    check_pair(restored, reference)
    height, width = restored.shape[-2:]
    if min(height, width) < MINIMUM_SIZE:
        raise InvalidImageError(f"VIF needs sides of at least {MINIMUM_SIZE} pixels, got {width}×{height}")
    first, second = (luma_levels(images, "VIF") for images in (restored, reference))
    scales = _informations(first, second)
    left, whole, share = (torch.stack(values).sum(dim=0) for values in zip(*scales, strict=True))
    share = share / len(scales)
    return numbers((left + SMALLEST_INFORMATION * share) / (whole + SMALLEST_INFORMATION), "VIF")


def _informations(restored: Tensor, reference: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
    """For each scale and image: information left, information of the reference [nats], share of the eye's noise."""
    result: list[tuple[Tensor, Tensor, Tensor]] = []
    for number, size in enumerate(WINDOW_SIZES):
        taps = gaussian_taps(size, size / 5)
        if number:
            restored, reference = (separable_means(images, taps)[..., ::2, ::2] for images in (restored, reference))
        channel = _channel(restored, reference, taps)
        share = EYE_NOISE / (channel.noise + EYE_NOISE)
        left = torch.log1p(channel.gain.square() * channel.reference * share / EYE_NOISE)
        whole = torch.log1p(channel.reference / EYE_NOISE)
        result.append((left.sum(dim=(1, 2, 3)), whole.sum(dim=(1, 2, 3)), share.mean(dim=(1, 2, 3))))
    return result


def _channel(restored: Tensor, reference: Tensor, taps: tuple[float, ...]) -> Channel:
    # Variances do not depend on the level, and keep their digits where values lie around zero.
    x, y = (images - images.mean(dim=(2, 3), keepdim=True).detach() for images in (restored, reference))
    mean_x, mean_y = separable_means(x, taps), separable_means(y, taps)
    variance_x, variance_y = _variance(x, mean_x, taps), _variance(y, mean_y, taps)
    covariance = separable_means(x * y, taps) - mean_x * mean_y
    gain = covariance / (variance_y + SMALLEST_VARIANCE)
    is_read = (gain > 0) & (variance_x > 0) & (variance_y > 0)
    # What follows the reference in no way, or against it, is noise altogether.
    noise = torch.where(is_read, variance_x - gain * covariance, variance_x)
    gain = torch.where(is_read, gain, 0.0)
    return Channel(gain=gain, noise=noise.clamp(min=SMALLEST_VARIANCE), reference=variance_y)


def _variance(images: Tensor, mean: Tensor, taps: tuple[float, ...]) -> Tensor:
    """Of each window; where it is only the rounding of a flat place, 0."""
    variance = separable_means(images * images, taps) - mean**2
    return torch.where(variance < SMALLEST_VARIANCE, 0.0, variance)


METRIC = Metric(
    name="vif",
    title="VIF",
    unit="",
    higher_is_better=True,
    best=1.0,
    source="doi:10.1109/TIP.2005.859378; vifp_mscale",
    function=vif,
    minimum_size=MINIMUM_SIZE,
    is_symmetric=False,
    is_bounded_by_best=False,
)
