"""Gradient magnitude similarity deviation.

Source: Xue, Zhang, Mou, Bovik, "Gradient Magnitude Similarity Deviation: A Highly Efficient Perceptual Image
Quality Index", IEEE TIP 23(2), 2014, equations 1 to 6 and the authors' code: luma in 0..255, means of 2×2
pixels of which every second is kept, Prewitt gradients, T = 170.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from superres.image.colour import rgb_to_luma
from superres.metrics.metric import Metric, check_pair, numbers

STABILITY = 170.0 / 255**2
"""T for a peak of 1."""


def gmsd(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Standard deviation of the similarity of gradients; colour images are compared in luma.

    Args:
        restored: Output of a model, in [0, 1]; one or three channels.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image, at least 0; 0 for identical images; lower is better.

    Raises:
        InvalidImageError: If shape, dtype or device differ, or a value is NaN.
    """
    check_pair(restored, reference)
    first, second = (_gradient(_reduced(images)) for images in (restored, reference))
    # Squared magnitudes keep the gradient finite where an image is flat.
    product = (first * second + torch.finfo(first.dtype).tiny).sqrt()
    similarity = (2 * product + STABILITY) / (first + second + STABILITY)
    return numbers(_deviation(similarity), "GMSD")


def _reduced(images: Tensor) -> Tensor:
    """Luma at half the size: the mean of each pixel with its right, lower and diagonal neighbour, every second kept."""
    if images.shape[1] == 3:
        images = rgb_to_luma(images, "full")  # the same as the Y of YIQ, which the authors take
    # The filter of even size reaches to the upper left in the authors' MATLAB, with zeros around the image.
    return functional.avg_pool2d(functional.pad(images, (0, 1, 0, 1)), 2, stride=2, ceil_mode=False)


def _gradient(luma: Tensor) -> Tensor:
    """Squared magnitude of Prewitt's gradient, with zeros around the image."""
    across = luma.new_tensor([[1.0, 0.0, -1.0]] * 3) / 3
    kernels = torch.stack([across, across.T])[:, None]
    return functional.conv2d(luma, kernels, padding=1).square().sum(dim=1, keepdim=True)


def _deviation(similarity: Tensor) -> Tensor:
    """Standard deviation over the pixels, divided by N - 1 as MATLAB does, with a gradient at 0."""
    flat = similarity.flatten(1)
    if flat.shape[1] == 1:
        return flat.new_zeros(flat.shape[0])
    variance = flat.var(dim=1)
    return torch.where(variance > 0, variance.clamp(min=torch.finfo(flat.dtype).tiny).sqrt(), variance)


METRIC = Metric(
    name="gmsd",
    title="GMSD",
    unit="",
    higher_is_better=False,
    best=0.0,
    source="doi:10.1109/TIP.2013.2293423",
    function=gmsd,
)
