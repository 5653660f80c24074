"""Structural similarity on five scales.

Source: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", Asilomar 2003,
equation 7 with the authors' weights; each scale is the mean of 2×2 pixels of the one before.
"""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError
from superres.metrics.metric import Metric, check_pair, numbers
from superres.metrics.ssim import Moments, mean_of_maps
from superres.metrics.windows import WINDOW_SIZE

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents, finest scale first."""
SMALLEST_SIDE = (WINDOW_SIZE - 1) * 2 ** (len(WEIGHTS) - 1) + 1
"""161 pixels, as in the authors' code: the coarsest scale then holds a window."""


def ms_ssim(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Structural similarity on five scales; contrast and structure on all, luminance on the coarsest alone.

    A scale on which the structure disagrees in sign counts as 0.

    Args:
        restored: Output of a model, in [0, 1].
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image in [0, 1]; 1 for identical images; higher is better.

    Raises:
        InvalidImageError: If shape, dtype or device differ, a side is under 161 pixels, or a value is NaN.
    """
    return numbers(product_over_scales(restored, reference, least=0.0), "MS-SSIM")


def product_over_scales(restored: Tensor, reference: Tensor, *, least: float) -> Tensor:
    """MS-SSIM where no scale counts less than `least`: 0 for the metric, more where a gradient must stay finite."""
    check_pair(restored, reference)
    if min(restored.shape[-2:]) < SMALLEST_SIDE:
        raise InvalidImageError(
            f"MS-SSIM needs sides of at least {SMALLEST_SIDE} pixels, got {restored.shape[-1]}×{restored.shape[-2]}"
        )
    result = restored.new_ones(restored.shape[0])
    for number, weight in enumerate(WEIGHTS, start=1):
        is_coarsest = number == len(WEIGHTS)
        value = mean_of_maps(restored, reference, _whole if is_coarsest else Moments.contrast_structure)
        result = result * value.clamp(min=least) ** weight
        if not is_coarsest:
            restored, reference = (_halved(images) for images in (restored, reference))
    return result


def _whole(moments: Moments) -> Tensor:
    return moments.luminance() * moments.contrast_structure()


def _halved(images: Tensor) -> Tensor:
    """Means of 2×2 pixels; an odd last row or column counts with its mirror image."""
    odd = images.shape[-2] % 2, images.shape[-1] % 2
    padded = functional.pad(images, (0, odd[1], 0, odd[0]), mode="replicate") if any(odd) else images
    return functional.avg_pool2d(padded, 2)


METRIC = Metric(
    name="ms_ssim",
    title="MS-SSIM",
    unit="",
    higher_is_better=True,
    best=1.0,
    source="doi:10.1109/ACSSC.2003.1292216",
    function=ms_ssim,
    minimum_size=SMALLEST_SIDE,
)
