"""Contrastive loss: nearer to the true image, and away from the enlarged input, as features tell.

Source: RLFN (arXiv:2205.07514, section 3.3), in the form of AECR-Net (arXiv:2104.09367, equation 5):

    sum over layers of  weight · ‖φ(restored) - φ(true)‖₁ / ‖φ(restored) - φ(enlarged)‖₁

RLFN's φ is a convolution, a hyperbolic tangent and a convolution, of random weights that are never trained; its width
is not published. The form that RLFN found wanting takes VGG19's relu1_1 to relu5_1 (AECR-Net, CSD); VGG16 has these
layers too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.image.resize import resize
from superres.losses.content import check_taps
from superres.losses.features import Precision, features
from superres.losses.loss import STRICT, Loss, Term
from superres.metrics.metric import check_pair

EPSILON = 1e-7
"""Keeps the division finite where the restored images are the enlarged ones."""
MARGIN = 4
"""Pixels that two convolutions of 3×3 without padding take from a side."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContrastiveSettings:
    """Who tells images apart."""

    __pydantic_config__ = STRICT

    extractor: Literal["random", "vgg16", "vgg19"] = "random"
    """RLFN's convolutions of random weights; or a classifier, for comparison."""
    seed: int = 0
    """Of the random weights."""
    width: int = 3
    """Channels of both random convolutions; our choice."""
    weights: str = ""
    """Of a classifier: a file of torchvision's; for `vgg16` those of the perceptual metrics where empty."""
    taps: dict[str, float] = field(
        default_factory=lambda: {"relu1_1": 1 / 32, "relu2_1": 1 / 16, "relu3_1": 1 / 8, "relu4_1": 1 / 4, "relu5_1": 1}
    )
    """Of a classifier: where features are taken, and what their share is multiplied by; as in AECR-Net."""
    precision: Precision = "float32"
    """Of the classifier's convolutions."""

    def __post_init__(self) -> None:
        check_taps("contrastive", self.taps, "vgg16" if self.extractor == "random" else self.extractor)
        if self.seed < 0 or self.width < 1:
            raise InvalidConfigError(
                f"contrastive: seed must not be negative and width at least 1, got {self.seed} and {self.width}"
            )


class RandomExtractor(nn.Module):
    """A convolution, a hyperbolic tangent and a convolution, 3×3 without padding, frozen as they were born.

    Args:
        channels: Of the images.
        width: Of the features.
        seed: Of the weights; the random numbers of the process stay where they were.
    """

    def __init__(self, channels: int, width: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            self.first = nn.Conv2d(channels, width, 3)
            self.second = nn.Conv2d(width, width, 3)
        self.requires_grad_(requires_grad=False)

    def forward(self, images: Tensor) -> Tensor:
        """(N, channels, H, W) to (N, width, H - 4, W - 4)."""
        return self.second(torch.tanh(self.first(images)))


Extractor = Callable[[Tensor], dict[str, Tensor]]


def contrastive(settings: ContrastiveSettings) -> Term:
    """The contrastive loss of these settings: 0 where restored and reference agree, 1 halfway to the enlarged input.

    Distances are sums over the batch, so that a patch whose enlargement is right as it is does not divide by nothing.
    The enlargement is bicubic.

    Raises:
        UnknownNameError: If the classifier has no such tap.
        InvalidConfigError: If VGG19 is asked for without a file.
        MissingFileError: If a classifier's weights are absent.
        InvalidWeightsError: If they are damaged or another network's.
    """
    extract = _random(settings) if settings.extractor == "random" else _classifier(settings.extractor, settings)
    shares = {"": 1.0} if settings.extractor == "random" else settings.taps

    def term(restored: Tensor, reference: Tensor, low: Tensor) -> Tensor:
        check_pair(restored, reference)
        with torch.no_grad():
            enlarged = resize(low.to(restored.dtype), size=(restored.shape[-2], restored.shape[-1]))
            positive, negative = extract(reference), extract(enlarged)
        anchor = extract(restored)
        total = restored.new_zeros(())
        for layer, weight in shares.items():
            near = (anchor[layer] - positive[layer]).abs().mean()
            far = (anchor[layer] - negative[layer]).abs().mean()
            total = total + weight * near / (far + EPSILON)
        return total

    return term


def _random(settings: ContrastiveSettings) -> Extractor:
    kept: dict[int, RandomExtractor] = {}

    def extract(images: Tensor) -> dict[str, Tensor]:
        channels = images.shape[1]
        if channels not in kept:
            kept[channels] = RandomExtractor(channels, settings.width, settings.seed)
        return {"": kept[channels].to(images.device, images.dtype)(images)}

    return extract


def _classifier(network: str, settings: ContrastiveSettings) -> Extractor:
    return features(network, tuple(settings.taps), settings.weights, settings.precision)


LOSSES = (
    Loss(
        name="contrastive",
        source="arXiv:2205.07514, section 3.3",
        build=contrastive,
        settings=ContrastiveSettings,
        minimum_size=MARGIN + 1,
    ),
)
