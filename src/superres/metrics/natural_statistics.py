"""Statistics of natural scenes: how the pixels of a patch are distributed once local mean and contrast are gone.

Source: Mittal, Soundararajan, Bovik, "Making a 'Completely Blind' Image Quality Analyzer", IEEE Signal Processing
Letters 20(3), 2013, sections II.A to II.C, and the authors' code. All is computed in float64.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError
from superres.image.resize import resize
from superres.metrics.luma import luma_levels
from superres.metrics.separable import gaussian_taps, separable_means

PATCH_SIZE = 96
FEATURES = 36
"""Of a patch: 18 at full size, 18 at half."""
WINDOW_SIZE = 7
WINDOW = gaussian_taps(WINDOW_SIZE, 7 / 6)
"""Of local means."""
CONTRAST_CONSTANT = 1.0
"""Added to the local deviation, in steps of 8 bit."""
SMALLEST_DIFFERENCE = 1e-9
"""Between a pixel and its local mean, in steps of 8 bit; smaller ones are rounding, of which no sign may be taken."""
HALF_TOLERANCE = 1e-4
"""Luma of 8-bit colours is a multiple of 0.001, so that halves are common; a rounding error shall not decide them."""
NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Rows down and columns to the right by which a patch is turned around before it is multiplied with itself."""
SHAPES = torch.arange(200, 10001, dtype=torch.float64) / 1000
"""Exponents among which that of a distribution is looked up."""


def patch_statistics(
    images: Float[Tensor, "batch channel height width"], title: str
) -> tuple[Float[Tensor, "batch patch feature"], Float[Tensor, "batch patch"]]:
    """Features and sharpness of every whole patch of 96×96 pixels, side by side from the upper left.

    Args:
        images: In [0, 1], one or three channels; taken in luma of 8 bit, as the authors do.
        title: Of the metric that asks.

    Returns:
        36 features, NaN where a patch is so flat that it has none; the mean local deviation in steps of 8 bit.

    Raises:
        InvalidImageError: If a side is under 96 pixels, the channels are neither one nor three, or a value is NaN.
    """
    luma = luma_levels(images.double(), title)
    if bool(luma.isnan().any()):
        raise InvalidImageError(f"{title} gives no number: an image holds values that are no numbers")
    rows, columns = (side // PATCH_SIZE for side in luma.shape[-2:])
    if not rows * columns:
        raise InvalidImageError(
            f"{title} needs sides of at least {PATCH_SIZE} pixels, got {luma.shape[-1]}×{luma.shape[-2]}"
        )
    whole = torch.floor(luma.clamp(0, 255) + 0.5 + HALF_TOLERANCE)[..., : rows * PATCH_SIZE, : columns * PATCH_SIZE]
    fine, deviations = normalised(whole)
    coarse, _ = normalised(resize(whole, scale=0.5))
    features = [patch_features(_patches(one, size)) for one, size in ((fine, PATCH_SIZE), (coarse, PATCH_SIZE // 2))]
    return torch.cat(features, dim=-1), _patches(deviations, PATCH_SIZE).mean(dim=(-2, -1))


def normalised(
    luma: Float[Tensor, "batch 1 height width"],
) -> tuple[Float[Tensor, "batch 1 height width"], Float[Tensor, "batch 1 height width"]]:
    """Equation 1: luma [0, 255] without its local mean, over its local deviation; and that deviation."""
    mean = _local_mean(luma)
    deviation = (_local_mean(luma.square()) - mean.square()).abs().sqrt()
    difference = luma - mean
    difference = torch.where(difference.abs() < SMALLEST_DIFFERENCE, 0.0, difference)
    return difference / (deviation + CONTRAST_CONSTANT), deviation


def patch_features(
    patches: Float[Tensor, "*many side side"],
) -> Float[Tensor, "*many feature"]:
    """The 18 features of normalised patches: two of the values, four of the products with each of four neighbours."""
    shape, left, right = asymmetric_gaussian(patches.flatten(-2))
    features = [shape, (left + right) / 2]
    for neighbour in NEIGHBOURS:
        product = patches * patches.roll(neighbour, dims=(-2, -1))
        shape, left, right = asymmetric_gaussian(product.flatten(-2))
        mean = (right - left) * torch.exp(torch.lgamma(2 / shape) - torch.lgamma(1 / shape))
        features += [shape, mean, left, right]
    return torch.stack(features, dim=-1)


def asymmetric_gaussian(
    samples: Float[Tensor, "*many sample"],
) -> tuple[Float[Tensor, "*many"], Float[Tensor, "*many"], Float[Tensor, "*many"]]:
    """An asymmetric generalised Gaussian with the moments of the samples, equation 7.

    The density is proportional to exp(-(|x| / β)^α) with one β on the left and one on the right of 0. The match of
    moments is Lasmar, Stitou, Berthoumieu, "Multiscale skewed heavy tailed model for texture analysis", ICIP 2009.

    Returns:
        Exponent α from 0.2 to 10 in steps of 0.001, left β, right β; NaN where a side has no sample.
    """
    left, right = (_root_mean_square(samples, side) for side in (samples < 0, samples > 0))
    balance = left / right
    peakedness = samples.abs().mean(dim=-1).square() / samples.square().mean(dim=-1)
    ratio = peakedness * (balance**3 + 1) * (balance + 1) / (balance**2 + 1).square()
    shape = _nearest_shape(ratio)
    width = torch.exp((torch.lgamma(1 / shape) - torch.lgamma(3 / shape)) / 2)
    return shape, left * width, right * width


def _root_mean_square(samples: Tensor, chosen: Tensor) -> Tensor:
    """Of the chosen samples; NaN where there is none."""
    return ((samples.square() * chosen).sum(dim=-1) / chosen.sum(dim=-1)).sqrt()


def _nearest_shape(ratio: Tensor) -> Tensor:
    """The exponent whose squared mean modulus, relative to the mean square, is nearest to this; NaN for NaN."""
    logarithms = 2 * torch.lgamma(2 / SHAPES) - torch.lgamma(1 / SHAPES) - torch.lgamma(3 / SHAPES)
    ratios, shapes = torch.exp(logarithms).to(ratio.device), SHAPES.to(ratio.device)
    above = torch.searchsorted(ratios, ratio.contiguous()).clamp(1, len(shapes) - 1)
    is_lower = ratio - ratios[above - 1] <= ratios[above] - ratio
    return torch.where(ratio.isnan(), ratio, shapes[above - is_lower.long()])


def _local_mean(luma: Tensor) -> Tensor:
    return separable_means(functional.pad(luma, (WINDOW_SIZE // 2,) * 4, mode="replicate"), WINDOW)


def _patches(plane: Tensor, size: int) -> Tensor:
    """(N, 1, H, W) to (N, patch, size, size), row by row."""
    return plane[:, 0].unfold(1, size, size).unfold(2, size, size).flatten(1, 2)
