"""Deep image structure and texture similarity.

Source: Ding et al., "Image Quality Assessment: Unifying Structure and Texture Similarity", IEEE TPAMI 44(5),
2022, arXiv:2004.07728, equations 4 (pooling) and 7 to 9 (distance), with the authors' weights.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from superres.layers.backbones.vgg import VGGFeatures
from superres.metrics.lpips import check_colour_pair
from superres.metrics.metric import Metric
from superres.metrics.perceptual_weights import frozen_features, perceptual_tensors

MINIMUM_SIZE = 16
MEAN = (0.485, 0.456, 0.406)
"""Mean of each channel of ImageNet."""
DEVIATION = (0.229, 0.224, 0.225)
"""Standard deviation of each channel of ImageNet."""
WIDTHS = (3, 64, 128, 256, 512, 512)
"""Channels of each map; the first map is the image itself."""
TEXTURE_CONSTANT = 1e-6
STRUCTURE_CONSTANT = 1e-6


class L2Pooling(nn.Module):
    """Halves the sides by the root of a windowed mean of squares, which does not alias as the maximum does."""

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, ceil(H / 2), ceil(W / 2)); outside of the image is 0."""
        channels = features.shape[1]
        window = features.new_tensor([0.25, 0.5, 0.25])
        kernel = torch.outer(window, window).expand(channels, 1, 3, 3)
        power = functional.conv2d(features.square(), kernel, stride=2, padding=1, groups=channels)
        return (power + 1e-12).sqrt()


def dists(
    restored: Float[Tensor, "batch channel height width"],
    reference: Float[Tensor, "batch channel height width"],
) -> Float[Tensor, " batch"]:
    """Structure and texture distance of each image, at the size given. Computed in float32.

    Args:
        restored: Output of a model: RGB in [0, 1], sides of at least 16 pixels.
        reference: Ground truth, same shape, dtype and device.

    Returns:
        One value per image; 0 for identical images; lower is better.

    Raises:
        InvalidImageError: If shape, dtype or device differ, or the images are not RGB or too small.
        MissingFileError: If the weights are absent; see `docs/perceptual-weights.md`.
        InvalidWeightsError: If they have the wrong checksum.
    """
    check_colour_pair(restored, reference, title="DISTS", minimum_size=MINIMUM_SIZE)
    features, weights = _judge(restored.device)
    pairs = zip(_maps(features, restored), _maps(features, reference), *weights, strict=True)
    # The weights sum to 1, so this is 1 - Σ of the similarities, without the cancellation.
    distances = [
        (alpha * (1 - texture) + beta * (1 - structure)).sum(dim=1)
        for one, two, alpha, beta in pairs
        for texture, structure in [_similarities(one, two)]
    ]
    return torch.stack(distances).sum(dim=0).to(restored.dtype)


def _similarities(one: Tensor, two: Tensor) -> tuple[Tensor, Tensor]:
    """Of each channel (N, C): texture, from the means; structure, from the covariance."""
    mean_one, mean_two = (features.mean(dim=(2, 3), keepdim=True) for features in (one, two))
    centred_one, centred_two = one - mean_one, two - mean_two
    variances = (centred_one.square() + centred_two.square()).mean(dim=(2, 3))
    covariance = (centred_one * centred_two).mean(dim=(2, 3))
    texture = (2 * mean_one * mean_two + TEXTURE_CONSTANT) / (mean_one**2 + mean_two**2 + TEXTURE_CONSTANT)
    structure = (2 * covariance + STRUCTURE_CONSTANT) / (variances + STRUCTURE_CONSTANT)
    return texture[..., 0, 0], structure


def _maps(features: nn.Module, images: Tensor) -> list[Tensor]:
    images = images.float()
    mean, deviation = (images.new_tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return [images, *features((images - mean) / deviation)]


@lru_cache(maxsize=4)
# Tensors born in inference mode could never take part in a gradient later.
@torch.inference_mode(mode=False)
def _judge(device: torch.device) -> tuple[nn.Module, tuple[tuple[Tensor, ...], tuple[Tensor, ...]]]:
    """The features, and for each map the weights (C,) of its textures (alpha) and structures (beta)."""
    features = frozen_features(lambda: VGGFeatures(L2Pooling), "vgg16_features.npz", "VGG16_0").to(device)
    tensors = perceptual_tensors("dists_weights.pt")
    alpha, beta = (tensors[name].detach().flatten().to(device) for name in ("alpha", "beta"))
    total = alpha.sum() + beta.sum()
    return features, ((alpha / total).split(WIDTHS), (beta / total).split(WIDTHS))


METRIC = Metric(
    name="dists",
    title="DISTS",
    unit="",
    higher_is_better=False,
    best=0.0,
    source="arXiv:2004.07728",
    function=dists,
    colour="rgb",
    minimum_size=MINIMUM_SIZE,
)
