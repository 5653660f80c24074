"""What is judged: a model at a scale, opened once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError
from superres.evaluation.table_plan import BICUBIC, SHIPPED, TablePlan, located
from superres.image.geometry import ORIENTATIONS
from superres.image.picture import Picture
from superres.image.resize import resize_integers
from superres.image.scaling import enlarged
from superres.inference.backends.interpolation import SCALES
from superres.inference.ensemble import Ensemble
from superres.inference.precision import Precision
from superres.inference.request import Plan, Request, plan
from superres.inference.upscaler import upscale_picture
from superres.models.manifest import default_for, find, sha256, shipped

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A model at a scale, or the baseline."""

    name: str
    """In tables."""
    model: str
    """As `--model` takes it."""
    scale: float
    plan: Plan | None
    """How the model enlarges; None for bicubic interpolation."""
    calls: int = 1
    """How often each network is asked for an image: eight times in an ensemble."""

    def restore(self, low: Pixels) -> Pixels:
        """(h, w, 3) to (round(scale·h), round(scale·w), 3), uint8."""
        if self.plan is None:
            height, width = (enlarged(side, self.scale) for side in low.shape[:2])
            return resize_integers(low, size=(height, width))
        return np.asarray(upscale_picture(Picture(pixels=low), self.plan).pixels, np.uint8)

    def engine(self) -> str:
        """What computed the answers."""
        return "NumPy" if self.plan is None else self.plan.passes[0].describe()

    def identity(self) -> list[str]:
        """What the answers depend on besides the image: weights by their checksums, engine, scale."""
        weights = [] if self.plan is None else [backend.card().name for backend in self.plan.passes]
        names = {entry.name for entry in shipped()}
        if self.model in names or self.model == SHIPPED:
            weights = [find(name).graph_sha256 for name in weights]
        elif self.model != BICUBIC and self.model not in SCALES:
            weights = [sha256(Path(self.model)), str(len(weights))]
        return [*weights, self.engine(), f"{self.scale:g}"]


def subjects(models: Sequence[str], scales: Sequence[float], precision: Precision) -> tuple[Subject, ...]:
    """What a command names: every model at every scale that it is asked for.

    Args:
        models: Names, files, or `bicubic`. Where empty, the baseline and the shipped network of each scale.
        scales: Where empty, each model's own; the baseline then takes those of the models, or 4. A network of any
            scale is judged at each of them.
        precision: Of the engine.

    Raises:
        InvalidRequestError: If a model does not have an asked scale.
        UnknownNameError: If a model or scale is not shipped.
    """
    if not models:
        models = (BICUBIC, *(default_for(round(scale)).name for scale in scales or (4,)))
    return _opened([_Wanted(name, name) for name in models], scales, precision)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A model that is to be opened."""

    label: str
    model: str
    scales: tuple[float, ...] = ()
    ensemble: Ensemble = "none"


def planned_subjects(plan: TablePlan, beside: Path) -> tuple[Subject, ...]:
    """What a table names, scale by scale, in its order.

    Args:
        plan: The table.
        beside: The folder of its file, where its weights may lie.

    Raises:
        MissingFileError: If a file is missing.
        InvalidRequestError: If a model does not have a scale of the table, or there are no scales.
        UnknownNameError: If a model or scale is not shipped.
    """
    wanted: list[_Wanted] = []
    for each in plan.models:
        if "{scale}" in each.model:
            if not (each.scales or plan.scales):
                raise InvalidRequestError(f"{each.model} stands for a model at each scale, but the table has no scales")
            wanted.extend(
                _Wanted(
                    each.name, _source(each.model.replace("{scale}", f"{scale:g}"), beside), (scale,), each.ensemble
                )
                for scale in each.scales or plan.scales
            )
        else:
            wanted.append(_Wanted(each.name, _source(each.model, beside), each.scales, each.ensemble))
    return _opened(wanted, plan.scales, plan.precision)


def _source(model: str, beside: Path) -> str:
    """A name as it is, a file with its place."""
    known = (BICUBIC, SHIPPED, *SCALES, *(entry.name for entry in shipped()))
    return model if model in known else str(located(model, beside))


def _opened(wanted: Sequence[_Wanted], scales: Sequence[float], precision: Precision) -> tuple[Subject, ...]:
    """The models, opened, and sorted by scale."""
    cards = {
        model: plan(Request(model=model, precision=precision)).passes[0].card()
        for model in dict.fromkeys(each.model for each in wanted)
        if model not in (BICUBIC, SHIPPED)
    }
    # A network of any scale is judged at those that are asked for, as the baseline is.
    own = {model: float(card.scale) for model, card in cards.items() if card.highest_scale is None or not scales}
    given = {scale for each in wanted for scale in each.scales}
    asked = sorted(set(scales) or {*own.values(), *given} or {4.0})
    found: list[Subject] = []
    for each in wanted:
        mine = own.get(each.model)
        if not each.scales and mine is not None and mine not in asked:
            listed = ", ".join(f"{scale:g}" for scale in asked)
            raise InvalidRequestError(f"{each.label} enlarges ×{mine:g}, but the scales asked for are {listed}")
        places = each.scales or (asked if mine is None else (mine,))
        found.extend(_subject(each, scale, precision) for scale in places)
    return tuple(sorted(found, key=lambda subject: subject.scale))


def _subject(wanted: _Wanted, scale: float, precision: Precision) -> Subject:
    label, model, ensemble = wanted.label, wanted.model, wanted.ensemble
    if model == BICUBIC:
        return Subject(name=label, model=model, scale=scale, plan=None)
    named = None if model == SHIPPED else model
    request = Request(model=named, scale=scale, precision=precision, ensemble=ensemble)
    calls = 1 if ensemble == "none" else len(ORIENTATIONS)
    return Subject(name=label, model=model, scale=scale, plan=plan(request), calls=calls)
