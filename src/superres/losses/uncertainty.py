"""Uncertainty-driven losses: a network first learns how sure it is of each pixel, then works where it is not.

Source: Ning et al., "Uncertainty-Driven Loss for Single Image Super-Resolution", NeurIPS 2021, equations 8 and 10, and
their published code. Errors are taken to be Laplacian with the deviation exp(s).

    # step 1, a stage called "sure"                    # step 2
    loss = { uncertainty = 1.0 }                       loss = { uncertainty_weighted = 1.0 }

    [stages.terms.uncertainty]                         [stages.terms.uncertainty_weighted]
    layer = "upsample"                                 estimator = "sure"
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from superres.errors import InvalidConfigError, InvalidImageError
from superres.losses.loss import STRICT, Loss, Term
from superres.metrics.metric import check_pair
from superres.models.uncertainty import read_uncertain


@dataclass(frozen=True, kw_only=True, slots=True)
class UncertaintySettings:
    """The second head of the network that learns; see `superres.models.uncertainty`."""

    __pydantic_config__ = STRICT

    layer: str = "upsample"
    """The layer of the network whose input the head reads."""
    width: int = 64
    """Channels inside the head."""

    def __post_init__(self) -> None:
        if self.width < 1:
            raise InvalidConfigError(f"uncertainty: width must be at least 1, got {self.width}")


@dataclass(frozen=True, kw_only=True, slots=True)
class UncertaintyWeightedSettings:
    """Who says where errors count."""

    __pydantic_config__ = STRICT

    estimator: str = ""
    """An earlier stage with the loss `uncertainty`, or the file `stages/NAME.uncertainty.safetensors` of such a run."""
    offset: float = 0.0
    """Added to every weight; 0 in the paper, 1 in its code, where the surest pixels count too."""

    def __post_init__(self) -> None:
        if not self.estimator:
            raise InvalidConfigError(
                "uncertainty_weighted: estimator must name an earlier stage with the loss uncertainty, or its file"
            )
        if self.offset < 0:
            raise InvalidConfigError(f"uncertainty_weighted: offset must not be negative, got {self.offset}")


def estimation(restored: Tensor, uncertainty: Tensor, reference: Tensor) -> Tensor:
    """Step 1: mean of exp(-s)·|error| + 2 s, lowest where s = ln(|error| / 2).

    Args:
        restored: (N, C, H, W) in [0, 1].
        uncertainty: s, the same shape.
        reference: The same shape.
    """
    check_pair(restored, reference)
    check_pair(restored, uncertainty)
    return ((-uncertainty).exp() * (restored - reference).abs() + 2 * uncertainty).mean()


def uncertainty_weights(uncertainty: Tensor, offset: float = 0.0) -> Tensor:
    """Step 2's weights: s above its lowest value, for each image and channel; (N, C, H, W) to the same shape."""
    return uncertainty - uncertainty.amin(dim=(-2, -1), keepdim=True) + offset


def weighted(restored: Tensor, reference: Tensor, weights: Tensor) -> Tensor:
    """Step 2: mean of weight·|error|; all (N, C, H, W)."""
    check_pair(restored, reference)
    check_pair(restored, weights)
    return (weights * (restored - reference).abs()).mean()


def _estimation_term(_: UncertaintySettings) -> Term:
    def term(both: Tensor, reference: Tensor, _: Tensor) -> Tensor:
        if both.shape[1] != 2 * reference.shape[1]:
            raise InvalidImageError(
                f"uncertainty: twice the reference's {reference.shape[1]} channels are compared with it, the restored "
                f"image's and s, got {both.shape[1]}; see superres.models.uncertainty"
            )
        restored, uncertainty = both.chunk(2, dim=1)
        return estimation(restored, uncertainty, reference)

    return term


def _weighted_term(settings: UncertaintyWeightedSettings) -> Term:
    # Networks are born with random weights; the training's own random numbers shall not notice.
    with torch.random.fork_rng(devices=[]):
        estimator = read_uncertain(Path(settings.estimator))

    def term(restored: Tensor, reference: Tensor, low: Tensor) -> Tensor:
        with torch.no_grad():
            _, uncertainty = estimator.to(low.device).with_uncertainty(low)
            weights = uncertainty_weights(uncertainty.to(restored.dtype), settings.offset)
        return weighted(restored, reference, weights)

    return term


LOSSES = (
    Loss(
        name="uncertainty",
        source="Ning et al., NeurIPS 2021, equation 8",
        build=_estimation_term,
        settings=UncertaintySettings,
        compares=False,
        reads_uncertainty=True,
    ),
    Loss(
        name="uncertainty_weighted",
        source="Ning et al., NeurIPS 2021, equation 10",
        build=_weighted_term,
        settings=UncertaintyWeightedSettings,
        needs_settings=True,
    ),
)
