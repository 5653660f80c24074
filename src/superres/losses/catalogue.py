"""The list of losses by the names that recipes use, and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from superres.errors import InvalidConfigError, unknown_name
from superres.losses import (
    content,
    contrastive,
    distillation,
    peak_signal,
    pixel,
    structural,
    texture,
    total_variation,
    uncertainty,
)
from superres.losses.content import ContentSettings
from superres.losses.contrastive import ContrastiveSettings
from superres.losses.distillation import DistillationSettings
from superres.losses.loss import STRICT, Loss, Term
from superres.losses.peak_signal import PeakSignalSettings
from superres.losses.texture import TextureSettings
from superres.losses.uncertainty import UncertaintySettings, UncertaintyWeightedSettings

_FILES = (content, contrastive, distillation, peak_signal, pixel, structural, texture, total_variation, uncertainty)
LOSSES: Mapping[str, Loss] = {each.name: each for file in _FILES for each in file.LOSSES}


@dataclass(frozen=True, kw_only=True, slots=True)
class TermSettings:
    """What a stage says of its terms beside their weights: a table `[stages.terms.NAME]` for each that needs one."""

    __pydantic_config__ = STRICT

    content: ContentSettings | None = None
    contrastive: ContrastiveSettings | None = None
    distillation: DistillationSettings | None = None
    psnr: PeakSignalSettings | None = None
    texture: TextureSettings | None = None
    uncertainty: UncertaintySettings | None = None
    uncertainty_weighted: UncertaintyWeightedSettings | None = None

    def given(self) -> dict[str, Any]:
        """Names and settings of the terms that have a table."""
        named = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: settings for name, settings in named if settings is not None}


NO_SETTINGS = TermSettings()


def loss(name: str) -> Loss:
    """The loss of this name.

    Raises:
        UnknownNameError: If none is called so.
    """
    if name not in LOSSES:
        raise unknown_name("loss", name, LOSSES)
    return LOSSES[name]


def term(name: str, settings: TermSettings = NO_SETTINGS) -> Term:
    """The loss of this name, ready to be asked.

    Args:
        name: One of `LOSSES`.
        settings: Of all terms of a stage.

    Raises:
        UnknownNameError: If none is called so, or its settings name something that nothing answers to.
        InvalidConfigError: If it needs settings and has none.
        MissingFileError: If a file that it needs is absent.
        InvalidWeightsError: If such a file is damaged.
    """
    known = loss(name)
    given = settings.given().get(name)
    if given is None and known.needs_settings:
        raise InvalidConfigError(f"the loss {name} needs settings; give it a table [stages.terms.{name}]")
    return known.build(known.settings() if given is None else given)


def check_terms(weights: Mapping[str, float], settings: TermSettings) -> None:
    """Refuse terms that no loss answers to, and tables that no term uses or that a term lacks.

    Raises:
        UnknownNameError: If a loss is unknown.
        InvalidConfigError: If a table is superfluous or missing, or `uncertainty` does not stand alone.
    """
    known = [loss(name) for name in weights]
    given = settings.given()
    for name in given:
        if name not in weights:
            raise InvalidConfigError(f"[stages.terms.{name}] has settings, but loss has no term {name}")
    for each in known:
        if each.needs_settings and each.name not in given:
            raise InvalidConfigError(f"the loss {each.name} needs settings; give it a table [stages.terms.{each.name}]")
        if each.reads_uncertainty and len(known) > 1:
            raise InvalidConfigError(f"the loss {each.name} stands alone: s is nothing that another term could compare")
