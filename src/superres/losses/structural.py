"""Losses of structure: one minus the structural similarity, on one scale or on five.

Sources: Wang et al., IEEE TIP 13(4), 2004; Wang, Simoncelli, Bovik, Asilomar 2003; as losses: Zhao et al.,
"Loss Functions for Image Restoration With Neural Networks", IEEE TCI 3(1), 2017 (arXiv:1511.08861, section III).
"""

from __future__ import annotations

from torch import Tensor

from superres.losses.loss import Loss, of_pair
from superres.metrics.metric import check_pair
from superres.metrics.ms_ssim import SMALLEST_SIDE, product_over_scales
from superres.metrics.ssim import ssim
from superres.metrics.windows import WINDOW_SIZE

LEAST = 1e-4
"""What a scale counts at least: a fractional power has no finite slope at 0."""


def structural(restored: Tensor, reference: Tensor) -> Tensor:
    """1 - SSIM, mean over the batch; in [0, 2].

    Args:
        restored: (N, C, H, W) in [0, 1], sides of at least 11 pixels.
        reference: The same shape, dtype and device.

    Raises:
        InvalidImageError: If they differ there, are too small, or hold values that are no numbers.
    """
    check_pair(restored, reference)
    return 1 - ssim(restored, reference).mean()


def multiscale_structural(restored: Tensor, reference: Tensor) -> Tensor:
    """1 - MS-SSIM, mean over the batch; in [0, 1]. Sides of at least 161 pixels, otherwise as `structural`."""
    return 1 - product_over_scales(restored, reference, least=LEAST).mean()


LOSSES = (
    Loss(
        name="ssim",
        source="doi:10.1109/TIP.2003.819861; arXiv:1511.08861",
        build=of_pair(structural),
        minimum_size=WINDOW_SIZE,
    ),
    Loss(
        name="ms_ssim",
        source="doi:10.1109/ACSSC.2003.1292216; arXiv:1511.08861",
        build=of_pair(multiscale_structural),
        minimum_size=SMALLEST_SIDE,
    ),
)
