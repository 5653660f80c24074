"""How the two steps of the uncertainty-driven loss find each other; see `superres.losses.uncertainty`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import nn

from superres.losses.catalogue import TermSettings
from superres.losses.uncertainty import UncertaintySettings
from superres.models.card import Card
from superres.models.uncertainty import Uncertain


def with_head(network: nn.Module, card: Card, terms: TermSettings) -> Uncertain:
    """The network of step 1, with its second head.

    Args:
        network: Keeps its weights.
        card: Of the network.
        terms: Of the stage.

    Raises:
        UnknownNameError: If the network has no layer as the settings name.
    """
    settings = terms.uncertainty or UncertaintySettings()
    return Uncertain(network, card, settings.layer, settings.width)


def located(terms: TermSettings, made: Mapping[str, Path]) -> TermSettings:
    """The same settings, with the file in place of the stage that makes the estimator of step 2.

    Args:
        terms: Of the stage.
        made: Files by the stages that make them.
    """
    settings = terms.uncertainty_weighted
    if settings is None or settings.estimator not in made:
        return terms
    return replace(terms, uncertainty_weighted=replace(settings, estimator=str(made[settings.estimator])))


def needs_earlier(terms: TermSettings, made: Mapping[str, Path]) -> bool:
    """Whether step 2 waits for a stage that has not run yet."""
    settings = terms.uncertainty_weighted
    return settings is not None and settings.estimator in made and not made[settings.estimator].exists()
