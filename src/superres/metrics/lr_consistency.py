"""Consistency with the input: is the restored image, reduced again, the low-resolution image it came from?

Source: SRFlow (arXiv:2006.14200) reports it as LR-PSNR: between the bicubic reduction of the result and the input.
A network that shifts colours shows here at once.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from superres.errors import InvalidImageError
from superres.image.resize import resize
from superres.metrics.metric import Metric, numbers
from superres.metrics.psnr import psnr


def lr_consistency(
    restored: Float[Tensor, "batch channel height width"],
    low: Float[Tensor, "batch channel low_height low_width"],
) -> Float[Tensor, " batch"]:
    """PSNR between the reduced result and the input, both in steps of 8 bit.

    Args:
        restored: Output of a model, in [0, 1].
        low: Its input; the scale follows from the sizes.

    Returns:
        One value per image [dB]; infinite where the reduction is the input; higher is better.

    Raises:
        InvalidImageError: If the sizes are no multiple of each other, or a value is NaN.
    """
    (height, width), (low_height, low_width) = restored.shape[-2:], low.shape[-2:]
    scale = height // low_height
    if (scale * low_height, scale * low_width) != (height, width) or restored.shape[:2] != low.shape[:2]:
        raise InvalidImageError(
            f"a result of {width}×{height} pixels is no whole multiple of an input of {low_width}×{low_height}"
        )
    reduced = resize(restored.clamp(0, 1), size=(low_height, low_width))
    return numbers(
        psnr(*(torch.floor(images.clamp(0, 1) * 255 + 0.5) / 255 for images in (reduced, low))), METRIC.title
    )


METRIC = Metric(
    name="lr_consistency",
    title="LR-PSNR",
    unit="dB",
    higher_is_better=True,
    best=float("inf"),
    source="arXiv:2006.14200",
    function=lr_consistency,
    compares_with="low",
)
