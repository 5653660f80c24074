"""Peak signal-to-noise ratio."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from superres.metrics.metric import Metric, check_pair


def psnr(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Peak signal-to-noise ratio of each image, in decibels.

    Values lie in [0, 1], so the peak is 1. Identical images give infinity; no epsilon hides it.
    Colour, border and rounding are the caller's choice: see `superres.metrics.protocol`.

    Args:
        restored: Output of a model.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image [dB]; higher is better.

    Raises:
        InvalidImageError: If shape, dtype or device differ.

    Example:
        >>> psnr(torch.zeros(1, 3, 8, 8), torch.full((1, 3, 8, 8), 0.1))
        tensor([20.])
    """
    check_pair(restored, reference)
    mean_squared_error = (restored - reference).square().mean(dim=(1, 2, 3))
    return -10 * torch.log10(mean_squared_error)


METRIC = Metric(
    name="psnr",
    title="PSNR",
    unit="dB",
    higher_is_better=True,
    best=float("inf"),
    source="closed form; peak 1",
    function=psnr,
)
