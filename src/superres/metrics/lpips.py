"""Learned perceptual image patch similarity, on the features of AlexNet.

Source: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", CVPR 2018,
arXiv:1801.03924, equation 1, with the linear heads of version 0.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor, nn

from superres.errors import InvalidImageError
from superres.layers.backbones.alexnet import AlexNetFeatures
from superres.metrics.metric import Metric, check_pair
from superres.metrics.perceptual_weights import frozen_features, perceptual_tensors

MINIMUM_SIZE = 31
"""Below, the second pooling of AlexNet has nothing to pool."""
SHIFT = (-0.030, -0.088, -0.188)
"""Mean of each channel for values in [-1, 1]."""
SCALE = (0.458, 0.448, 0.450)
"""Standard deviation of each channel for values in [-1, 1]."""
SMALLEST_LENGTH = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Features, and how much each of their channels counts."""

    features: nn.Module
    heads: list[Tensor]
    """One (1, C, 1, 1) for each map of features."""

    def distance(
        self,
        restored: Float[Tensor, "batch channel height width"],
        reference: Float[Tensor, "batch channel height width"],
    ) -> Float[Tensor, " batch"]:
        """Weighted squared distance of unit features: mean over places, sum over channels and maps."""
        pairs = zip(self.features(_normalised(restored)), self.features(_normalised(reference)), strict=True)
        distances = [
            (head * (_unit(one) - _unit(two)).square()).sum(dim=1).mean(dim=(1, 2))
            for (one, two), head in zip(pairs, self.heads, strict=True)
        ]
        return torch.stack(distances).sum(dim=0).to(restored.dtype)


def lpips(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Learned perceptual distance of each image; AlexNet, version 0.1. Computed in float32.

    Args:
        restored: Output of a model: RGB in [0, 1], sides of at least 31 pixels.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image; 0 for identical images; lower is better.

    Raises:
        InvalidImageError: If shape, dtype or device differ, or the images are not RGB or too small.
        MissingFileError: If the weights are absent; see `docs/perceptual-weights.md`.
        InvalidWeightsError: If they have the wrong checksum.
    """
    check_colour_pair(restored, reference, title="LPIPS on AlexNet", minimum_size=MINIMUM_SIZE)
    return _judge(restored.device).distance(restored, reference)


def check_colour_pair(restored: Tensor, reference: Tensor, *, title: str, minimum_size: int) -> None:
    """Refuse two batches that are no RGB images of one kind, or too small for the features.

    Raises:
        InvalidImageError: If so.
    """
    check_pair(restored, reference)
    if restored.shape[1] != 3:
        raise InvalidImageError(f"{title} compares RGB images, got {restored.shape[1]} channels")
    if min(restored.shape[-2:]) < minimum_size:
        raise InvalidImageError(
            f"{title} needs sides of at least {minimum_size} pixels, got {restored.shape[-1]}×{restored.shape[-2]}"
        )


def linear_heads(name: str, device: torch.device) -> list[Tensor]:
    """The weights of the channels of each map, from a file of the authors."""
    return [head.to(device) for head in perceptual_tensors(name).values()]


@lru_cache(maxsize=4)
# Tensors born in inference mode could never take part in a gradient later.
@torch.inference_mode(mode=False)
def _judge(device: torch.device) -> Judge:
    features = frozen_features(AlexNetFeatures, "alexnet_features.npz", "AlexNet_0").to(device)
    return Judge(features, linear_heads("lpips_v0.1_alex.pth", device))


def _normalised(images: Tensor) -> Tensor:
    shift, scale = (images.new_tensor(values, dtype=torch.float32).view(1, 3, 1, 1) for values in (SHIFT, SCALE))
    return (2 * images.float() - 1 - shift) / scale


def _unit(features: Tensor) -> Tensor:
    # `normalize` would bound the length instead of adding to it; the gradient of this norm is 0 at 0, not NaN.
    return features / (torch.linalg.vector_norm(features, dim=1, keepdim=True) + SMALLEST_LENGTH)


METRIC = Metric(
    name="lpips",
    title="LPIPS",
    unit="",
    higher_is_better=False,
    best=0.0,
    source="arXiv:1801.03924; AlexNet, version 0.1",
    function=lpips,
    colour="rgb",
    minimum_size=MINIMUM_SIZE,
)
