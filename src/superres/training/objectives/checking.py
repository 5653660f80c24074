"""What must be true of a stage's objective, checked before the first step and without opening a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import nn

from superres.errors import unknown_name
from superres.losses.catalogue import TermSettings, check_terms, loss
from superres.losses.uncertainty import UncertaintySettings
from superres.metrics.catalogue import metric
from superres.models.discriminators import check_patches
from superres.training.claims import require
from superres.training.objectives.adversarial import AdversarialSettings
from superres.training.objectives.answers import ManyAnswers

LAST = "last"
"""What a stage keeps that keeps no best."""
BY_FIDELITY = "psnr"
"""What a stage keeps that says nothing."""


def check_objective(
    weights: Mapping[str, float], terms: TermSettings, adversarial: AdversarialSettings | None, keep: str
) -> None:
    """Refuse terms, tables and a choice of weights that contradict each other.

    Args:
        weights: Of the terms.
        terms: Their settings.
        adversarial: The discriminator, if there is one.
        keep: Which weights the stage leaves.

    Raises:
        UnknownNameError: If a loss or a metric is unknown.
        InvalidConfigError: If they make no sense together.
    """
    check_terms(weights, terms)
    require(
        adversarial is None or "uncertainty" not in weights,
        "adversarial: a network that learns its uncertainty plays no game; begin the next stage with its weights",
    )
    require(
        adversarial is None or keep != BY_FIDELITY,
        'the best PSNR of an adversarial stage is its start: say keep = "last", or a metric such as keep = "lpips"',
    )
    if keep != LAST:
        require(
            metric(keep).compares_with == "reference", f"keep is {keep!r}, which compares nothing with the true image"
        )


def check_fit(
    weights: Mapping[str, float],
    terms: TermSettings,
    adversarial: AdversarialSettings | None,
    *,
    network: nn.Module,
    channels: int,
    patch_size: int,
    is_partial: bool,
) -> None:
    """Refuse an objective that does not fit the network or its patches.

    Args:
        weights: Of the terms.
        terms: Their settings.
        adversarial: The discriminator, if there is one.
        network: Any, without weights.
        channels: Of its images.
        patch_size: Side of a high-resolution patch.
        is_partial: Whether patches have several sizes, or some pixels stand for all.

    Raises:
        UnknownNameError: If a layer is named that the network has not.
        InvalidConfigError: If it does not fit.
    """
    for known in map(loss, weights):
        name = known.name
        require(channels == 3 or not known.is_for_colour, f"the loss {name} looks at RGB, the network makes {channels}")
        require(
            patch_size >= known.minimum_size,
            f"the loss {name} needs a patch_size of at least {known.minimum_size}, got {patch_size}",
        )
        require(
            known.is_pixelwise or not is_partial,
            f"the loss {name} looks at whole patches of one size, so that scales and sampled_pixels do without",
        )
        require(
            not known.reads_uncertainty or not isinstance(network, ManyAnswers),
            f"the loss {name} is for networks of one answer",
        )
    require(
        channels == 3 or terms.psnr is None or terms.psnr.colour == "rgb",
        f'psnr: colour = "y" is the luma of RGB, the network makes {channels}; "rgb" takes any channels',
    )
    if "uncertainty" in weights:
        layer, layers = (terms.uncertainty or UncertaintySettings()).layer, dict(network.named_modules())
        if layer not in layers:
            raise unknown_name("layer of the network", layer, filter(None, layers))
    if adversarial is None:
        return
    require(not is_partial, "adversarial: a discriminator sees patches of one size, without scales and sampled_pixels")
    require(not isinstance(network, ManyAnswers), "adversarial: a discriminator judges networks of one answer")
    check_patches(adversarial.discriminator, patch_size)


def check_estimator(terms: TermSettings, sure: Sequence[str]) -> None:
    """Refuse an estimator of uncertainty that neither an earlier stage makes nor a file holds.

    Args:
        terms: Of the stage.
        sure: Earlier stages with the loss `uncertainty`.

    Raises:
        UnknownNameError: If it looks like a stage's name and is none of these.
    """
    settings = terms.uncertainty_weighted
    if settings is not None and not Path(settings.estimator).suffix and settings.estimator not in sure:
        raise unknown_name("earlier stage with the loss uncertainty", settings.estimator, sure)
