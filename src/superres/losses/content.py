"""Content loss: how far apart two images are for a trained classifier.

Sources: Johnson et al. (arXiv:1603.08155, section 3.2); SRGAN (arXiv:1609.04802, section 2.2.1) takes the mean squared
distance after the activation, features divided by 12.75; ESRGAN (arXiv:1809.00219, section 3.3) the distance before it.

    [stages.terms.content]                             SRGAN's VGG54:
    network = "vgg19"                                  taps = { relu5_4 = 1.0 }, distance = "l2",
    weights = "vgg19-dcbb9e9d.pth"                     feature_scale = 0.0784
    taps = { conv5_4 = 1.0 }
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from superres.errors import InvalidConfigError, unknown_name
from superres.layers.backbones.taps import tap_names
from superres.losses.features import Precision, features
from superres.losses.loss import STRICT, Loss, Term
from superres.metrics.metric import check_pair


def check_taps(loss: str, taps: Mapping[str, float], network: str) -> None:
    """Refuse taps that weigh nothing, or that the network has not.

    Raises:
        UnknownNameError: If the network has no such tap.
        InvalidConfigError: If there are none, or one of no weight.
    """
    if min(taps.values(), default=0.0) <= 0:
        raise InvalidConfigError(f"{loss}: taps needs at least one, each of a weight above 0, got {dict(taps)}")
    for tap in taps:
        if tap not in (names := tap_names(network)):
            raise unknown_name(f"tap of {network}", tap, names)


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentSettings:
    """Which features are compared, and how."""

    __pydantic_config__ = STRICT

    network: Literal["vgg16", "vgg19"] = "vgg16"
    weights: str = ""
    """A file of torchvision's classifier; for `vgg16` those of the perceptual metrics where empty."""
    taps: dict[str, float] = field(default_factory=lambda: {"conv5_3": 1.0})
    """Where features are taken, and what their distance is multiplied by: `conv5_4` before the activation, `relu5_4`
    after it, `pool5` after the pooling."""
    distance: Literal["l1", "l2"] = "l1"
    """Mean absolute, or mean squared."""
    feature_scale: float = 1.0
    """Features are multiplied by this first; SRGAN's is 1 / 12.75."""
    precision: Precision = "float32"
    """Of the classifier's convolutions."""

    def __post_init__(self) -> None:
        check_taps("content", self.taps, self.network)
        if not self.feature_scale > 0:
            raise InvalidConfigError(f"content: feature_scale must be above 0, got {self.feature_scale}")


def content(settings: ContentSettings) -> Term:
    """The content loss of these settings: for each tap the mean distance over all features, weighed and added.

    Raises:
        UnknownNameError: If the network has no such tap.
        InvalidConfigError: If VGG19 is asked for without a file.
        MissingFileError: If the weights are absent.
        InvalidWeightsError: If they are damaged or another network's.
    """
    seen = features(settings.network, tuple(settings.taps), settings.weights, settings.precision)

    def term(restored: Tensor, reference: Tensor, _: Tensor) -> Tensor:
        check_pair(restored, reference)
        with torch.no_grad():
            wanted = seen(reference)
        found = seen(restored)
        total = restored.new_zeros(())
        for tap, weight in settings.taps.items():
            difference = settings.feature_scale * (found[tap] - wanted[tap])
            distance = difference.abs() if settings.distance == "l1" else difference.square()
            total = total + weight * distance.mean()
        return total

    return term


LOSSES = (
    Loss(
        name="content",
        source="arXiv:1603.08155; arXiv:1609.04802; arXiv:1809.00219",
        build=content,
        settings=ContentSettings,
        minimum_size=16,
        is_for_colour=True,
    ),
)
