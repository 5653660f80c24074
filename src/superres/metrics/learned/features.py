"""What a learned metric sees of an image: values of metrics, and statistics of natural scenes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError, unknown_name
from superres.image.colour import rgb_to_luma
from superres.metrics.gmsd import gmsd
from superres.metrics.learned.scene_statistics import STATISTICS, scene_statistics
from superres.metrics.metric import Metric, check_pair
from superres.metrics.psnr import psnr
from superres.metrics.ssim import ssim

Kind = Literal["reference", "nothing"]
"""What the image is compared with, as in `Metric.compares_with`."""

HIGHEST_PSNR = 50.0
"""Decibels beyond which nobody sees a difference; it stands for infinity as well."""
WITHOUT_REFERENCE = tuple(f"{name}_{scale}" for scale in (1, 2) for name in STATISTICS)
"""Features of one image, at full and half size."""
WITH_REFERENCE = ("psnr", "ssim_1", "ssim_2", "ssim_4", "gmsd_1", "gmsd_2", *(f"{name}_change" for name in STATISTICS))
"""Features of an image and its reference; a change is the restored image's statistic less the reference's."""
DEEP = ("lpips", "lpips_vgg", "dists")
"""Metrics that may be added; their weights must be present whenever the learned metric is used."""
SMALLEST_SIDE = 44
"""A quarter of it holds the window of SSIM [pixels]."""


def feature_names(kind: Kind, added: Sequence[str] = ()) -> tuple[str, ...]:
    """The features of a kind of metric, in the order of `features`.

    Raises:
        UnknownNameError: If one of the added is not in `DEEP`.
    """
    for name in added:
        if name not in DEEP:
            raise unknown_name("feature to be added", name, DEEP)
    return (*(WITH_REFERENCE if kind == "reference" else WITHOUT_REFERENCE), *added)


def features(restored: Tensor, reference: Tensor | None, names: Sequence[str]) -> Tensor:
    """The named features of each image.

    Args:
        restored: (N, C, H, W) in [0, 1], C is 1 or 3, sides of at least 44.
        reference: The same shape, or None where none of the features needs it.
        names: As `feature_names` gives them, or some of them.

    Returns:
        (N, features), float64.

    Raises:
        InvalidImageError: If shapes differ, a side is too short, a value is NaN, or the reference is missing.
        UnknownNameError: If a feature is not known.
    """
    check_pair(restored, restored if reference is None else reference)
    if min(restored.shape[-2:]) < SMALLEST_SIDE:
        raise InvalidImageError(
            f"learned quality needs sides of at least {SMALLEST_SIDE} pixels, "
            f"got {restored.shape[-1]}×{restored.shape[-2]}"
        )
    found: dict[str, Tensor] = {}
    with torch.no_grad():
        if any(name in WITHOUT_REFERENCE for name in names):
            found.update(_of_one(restored))
        if any(name in (*WITH_REFERENCE, *DEEP) for name in names):
            found.update(_of_pair(restored, reference, [name for name in names if name in DEEP]))
    for name in names:
        if name not in found:
            raise unknown_name("feature", name, (*WITH_REFERENCE, *WITHOUT_REFERENCE, *DEEP))
    values = torch.stack([found[name].double() for name in names], dim=1)
    if bool(values.isnan().any()):
        raise InvalidImageError("learned quality gives no number: an image holds values that are no numbers")
    return values


def _of_one(images: Tensor) -> Mapping[str, Tensor]:
    luma = _luma(images)
    sizes = {1: luma, 2: functional.avg_pool2d(luma, 2)}
    return {
        f"{name}_{scale}": value for scale, image in sizes.items() for name, value in scene_statistics(image).items()
    }


def _of_pair(restored: Tensor, reference: Tensor | None, added: Sequence[str]) -> Mapping[str, Tensor]:
    if reference is None:
        raise InvalidImageError("this learned quality compares with a reference, but got none")
    pair = {1: (restored, reference)}
    for scale in (2, 4):
        first, second = pair[scale // 2]
        pair[scale] = functional.avg_pool2d(first, 2), functional.avg_pool2d(second, 2)
    ours, theirs = (scene_statistics(_luma(images)) for images in pair[1])
    return {
        "psnr": psnr(restored, reference).clamp(max=HIGHEST_PSNR),
        **{f"ssim_{scale}": ssim(*pair[scale]) for scale in (1, 2, 4)},
        **{f"gmsd_{scale}": gmsd(*pair[scale]) for scale in (1, 2)},
        **{f"{name}_change": ours[name] - theirs[name] for name in STATISTICS},
        **{name: _deep(name)(restored, reference) for name in added},
    }


def _luma(images: Tensor) -> Tensor:
    return rgb_to_luma(images, "full") if images.shape[1] == 3 else images


def _deep(name: str) -> Callable[[Tensor, Tensor], Tensor]:
    """Imported when asked for: each loads a network."""
    found: Metric = import_module(f"superres.metrics.{name}").METRIC
    return found.function
