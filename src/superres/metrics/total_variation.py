"""Total variation: how much neighbouring pixels differ. A number about one image alone.

Source: Rudin, Osher, Fatemi, "Nonlinear total variation based noise removal algorithms", Physica D 60, 1992, as
the mean over pixels that surveys of super-resolution use (arXiv:2209.13131, section 3).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from superres.errors import InvalidImageError
from superres.metrics.metric import Metric, check_pair, numbers


def total_variation(
    restored: Float[Tensor, "batch channel height width"],
    ignored: Float[Tensor, "batch channel height width"] | None = None,
) -> Float[Tensor, " batch"]:
    """Mean length of the difference to the right and lower neighbour, over pixels that have both.

    Args:
        restored: Any images, in [0, 1].
        ignored: Stands where other metrics take the reference.

    Returns:
        One value per image, at least 0; 0 for a constant image. Smoother is lower, not better.

    Raises:
        InvalidImageError: If an image has only one row or column, or a value is NaN.
    """
    check_pair(restored, restored if ignored is None else ignored)
    if min(restored.shape[-2:]) < 2:
        raise InvalidImageError("total variation needs two rows and two columns of pixels")
    corner = restored[..., :-1, :-1]
    squares = (restored[..., 1:, :-1] - corner).square() + (restored[..., :-1, 1:] - corner).square()
    # The root has no slope at 0; there the gradient shall be 0.
    lengths = torch.where(squares > 0, squares.clamp(min=torch.finfo(squares.dtype).tiny).sqrt(), squares)
    return numbers(lengths.mean(dim=(1, 2, 3)), "total variation")


METRIC = Metric(
    name="total_variation",
    title="TV",
    unit="",
    higher_is_better=False,
    best=0.0,
    source="doi:10.1016/0167-2789(92)90242-F",
    function=total_variation,
    compares_with="nothing",
    minimum_size=2,
)
