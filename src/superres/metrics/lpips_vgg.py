"""Learned perceptual image patch similarity, on the features of VGG16: the variant used as a loss.

Source: Zhang et al., arXiv:1801.03924, with the linear heads of version 0.1; see `superres.metrics.lpips`.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor

from superres.layers.backbones.vgg import VGGFeatures
from superres.metrics.lpips import Judge, check_colour_pair, linear_heads
from superres.metrics.metric import Metric
from superres.metrics.perceptual_weights import frozen_features

MINIMUM_SIZE = 16
"""Below, the fourth pooling of VGG16 has nothing to pool."""


def lpips_vgg(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Learned perceptual distance of each image; VGG16, version 0.1. Computed in float32.

    Args:
        restored: Output of a model: RGB in [0, 1], sides of at least 16 pixels.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image; 0 for identical images; lower is better. Not comparable with AlexNet's.

    Raises:
        InvalidImageError: If shape, dtype or device differ, or the images are not RGB or too small.
        MissingFileError: If the weights are absent; see `docs/perceptual-weights.md`.
        InvalidWeightsError: If they have the wrong checksum.
    """
    check_colour_pair(restored, reference, title="LPIPS on VGG16", minimum_size=MINIMUM_SIZE)
    return _judge(restored.device).distance(restored, reference)


@lru_cache(maxsize=4)
# Tensors born in inference mode could never take part in a gradient later.
@torch.inference_mode(mode=False)
def _judge(device: torch.device) -> Judge:
    features = frozen_features(VGGFeatures, "vgg16_features.npz", "VGG16_0").to(device)
    return Judge(features, linear_heads("lpips_v0.1_vgg.pth", device))


METRIC = Metric(
    name="lpips_vgg",
    title="LPIPS (VGG)",
    unit="",
    higher_is_better=False,
    best=0.0,
    source="arXiv:1801.03924; VGG16, version 0.1",
    function=lpips_vgg,
    colour="rgb",
    minimum_size=MINIMUM_SIZE,
)
