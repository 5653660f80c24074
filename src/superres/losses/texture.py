"""Texture loss: whether features occur together as often as in the true image, wherever they are.

Sources: Gatys et al. (arXiv:1505.07376, section 2), for style; EnhanceNet (arXiv:1612.07919, section 4.2.3), for
super-resolution: at relu1_1, relu2_1 and relu3_1, weighed by 3e-7, 1e-6 and 1e-6, patch by patch of 16 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from superres.errors import InvalidConfigError, InvalidImageError
from superres.layers.backbones.taps import tap_stride
from superres.losses.content import check_taps
from superres.losses.features import Precision, features
from superres.losses.loss import STRICT, Loss, Term
from superres.metrics.metric import check_pair


@dataclass(frozen=True, kw_only=True, slots=True)
class TextureSettings:
    """Whose features, and over which areas; the taps and weights are EnhanceNet's."""

    __pydantic_config__ = STRICT

    network: Literal["vgg16", "vgg19"] = "vgg16"
    weights: str = ""
    """A file of torchvision's classifier; for `vgg16` those of the perceptual metrics where empty."""
    taps: dict[str, float] = field(default_factory=lambda: {"relu1_1": 3e-7, "relu2_1": 1e-6, "relu3_1": 1e-6})
    """Where features are taken, and what their distance is multiplied by."""
    patch: int = 0
    """Side of the areas whose textures are compared each by itself [pixels]; 0 for the whole image."""
    precision: Precision = "float32"
    """Of the classifier's convolutions."""

    def __post_init__(self) -> None:
        check_taps("texture", self.taps, self.network)
        if self.patch < 0:
            raise InvalidConfigError(f"texture: patch must not be negative, got {self.patch}")


def gram(features: Tensor) -> Tensor:
    """How much each two channels have in common: φφᵀ / (C·H·W).

    Args:
        features: (..., C, H, W).

    Returns:
        (..., C, C).
    """
    rows = features.flatten(-2)
    return rows @ rows.mT / (rows.shape[-2] * rows.shape[-1])


def texture(settings: TextureSettings) -> Term:
    """The texture loss of these settings: for each tap the squared distance of the Gram matrices, weighed and added.

    The squares are summed over the matrix, and averaged over images and patches.

    Raises:
        UnknownNameError: If the network has no such tap.
        InvalidConfigError: If VGG19 is asked for without a file, or a patch holds no whole number of features.
        MissingFileError: If the weights are absent.
        InvalidWeightsError: If they are damaged or another network's.
    """
    for tap in settings.taps:
        if settings.patch % tap_stride(tap):
            raise InvalidConfigError(
                f"texture: patch must be a multiple of {tap_stride(tap)} for the tap {tap}, got {settings.patch}"
            )
    seen = features(settings.network, tuple(settings.taps), settings.weights, settings.precision)

    def grams(images: Tensor) -> dict[str, Tensor]:
        sides = {tap: settings.patch // tap_stride(tap) for tap in settings.taps}
        return {tap: gram(patches(found, sides[tap])) for tap, found in seen(images).items()}

    def term(restored: Tensor, reference: Tensor, _: Tensor) -> Tensor:
        check_pair(restored, reference)
        if settings.patch and any(side % settings.patch for side in restored.shape[-2:]):
            raise InvalidImageError(
                f"texture: no whole number of patches of {settings.patch} pixels fills {tuple(restored.shape)}"
            )
        with torch.no_grad():
            wanted = grams(reference)
        found = grams(restored)
        total = restored.new_zeros(())
        for tap, weight in settings.taps.items():
            total = total + weight * (found[tap] - wanted[tap]).square().sum(dim=(-2, -1)).mean()
        return total

    return term


def patches(features: Tensor, side: int) -> Tensor:
    """Features cut into squares.

    Args:
        features: (N, C, H, W), both sides multiples of `side`.
        side: Of a square; 0 for one that is the whole.

    Returns:
        (N, H / side, W / side, C, side, side); with one whole, (N, 1, 1, C, H, W).
    """
    if side == 0:
        return features[:, None, None]
    return features.unflatten(3, (-1, side)).unflatten(2, (-1, side)).permute(0, 2, 4, 1, 3, 5)


LOSSES = (
    Loss(
        name="texture",
        source="arXiv:1612.07919, section 4.2.3",
        build=texture,
        settings=TextureSettings,
        minimum_size=4,
        is_for_colour=True,
    ),
)
