"""Structural similarity.

Source: Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", IEEE
TIP 13(4), 2004, equation 13, with the authors' window: 11×11, Gaussian of 1.5 pixels, whole windows only.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError
from superres.metrics.metric import Metric, check_pair

WINDOW_SIZE = 11
WINDOW_SIGMA = 1.5
LUMINANCE_CONSTANT = 0.01**2
"""C1 for a peak of 1."""
CONTRAST_CONSTANT = 0.03**2
"""C2 for a peak of 1."""


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
        InvalidImageError: If shape, dtype or device differ, or a side is shorter than the window.
    """
    check_pair(restored, reference)
    if min(restored.shape[-2:]) < WINDOW_SIZE:
        raise InvalidImageError(
            f"structural similarity needs sides of at least {WINDOW_SIZE} pixels, "
            f"got {restored.shape[-1]}×{restored.shape[-2]}"
        )
    # A variance is a difference of two large means; float32 loses it in flat, bright regions.
    x, y = restored.double(), reference.double()
    mean_x, mean_y = _windowed(x), _windowed(y)
    variance_x = _windowed(x * x) - mean_x**2
    variance_y = _windowed(y * y) - mean_y**2
    covariance = _windowed(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + LUMINANCE_CONSTANT) / (mean_x**2 + mean_y**2 + LUMINANCE_CONSTANT)
    structure = (2 * covariance + CONTRAST_CONSTANT) / (variance_x + variance_y + CONTRAST_CONSTANT)
    return (luminance * structure).mean(dim=(1, 2, 3)).to(restored.dtype)


def _windowed(images: Tensor) -> Tensor:
    """Gaussian means over whole windows, row by row, then column by column."""
    channels = images.shape[1]
    window = gaussian_window(images).repeat(channels, 1)
    rows = functional.conv2d(images, window[:, None, :, None], groups=channels)
    return functional.conv2d(rows, window[:, None, None, :], groups=channels)


def gaussian_window(like: Tensor) -> Tensor:
    """The one-dimensional window, summing to 1, of the dtype and device of a tensor."""
    distance = torch.arange(WINDOW_SIZE, dtype=like.dtype, device=like.device) - WINDOW_SIZE // 2
    window = torch.exp(-(distance**2) / (2 * WINDOW_SIGMA**2))
    return window / window.sum()


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
