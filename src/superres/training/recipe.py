"""Training recipes: complete TOML files, read strictly, without inheritance or hidden defaults.

Everything that can be checked without opening an image is checked here, before the first step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict

from superres.data.mixing import Mixing
from superres.errors import InvalidConfigError, unknown_name
from superres.image.scaling import enlarged
from superres.losses.catalogue import NO_SETTINGS, TermSettings
from superres.metrics.protocol import protocol
from superres.models.listing import weightless
from superres.training.claims import about, require, require_plain_name
from superres.training.material import Data
from superres.training.objectives.adversarial import AdversarialSettings
from superres.training.objectives.checking import check_estimator, check_fit, check_objective
from superres.training.objectives.sampling import AnswersByPixel
from superres.training.strategies.categories import Classification, check_classification
from superres.training.strategies.members import check_members
from superres.training.strategies.pruning import Pruning
from superres.training.strategies.resampling import Resampling, check_resampling
from superres.training.strategies.succession import Link, check_succession
from superres.training.target import Model
from superres.training.toml import parse, read_toml

_STRICT = ConfigDict(extra="forbid", strict=True)
RANDOM = "random"
"""The start of a stage that begins with fresh weights."""
_Claim = tuple[bool, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation:
    """How the best weights are chosen: mean PSNR of the averaged weights under a named protocol."""

    __pydantic_config__ = _STRICT
    every: int
    """Steps between two validations."""
    protocol: str

    def __post_init__(self) -> None:
        require(self.every >= 1, f"validation: every must be at least 1 step, got {self.every}")
        protocol(self.protocol)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stretch of training with settings of its own."""

    __pydantic_config__ = _STRICT
    name: str
    """Letters, digits, `-` and `_`."""
    start: str
    """`random`, the name of an earlier stage, the name of a shipped network, or a weights file."""
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    """Settings of the network that are other than the model's in this stage: `{ scale = 2 }` where a network grows from
    one scale to the next, or a width that is still to be pruned."""
    pruning: Pruning | None = None
    """What this stage makes narrower; its best weights are those of the pruned network."""
    members: list[str] = field(default_factory=list[str])
    """The names of shipped networks, or the weights files, that the members of a `fusion` begin as, in their order."""
    frozen: list[str] = field(default_factory=list[str])
    """Layers that are not trained, such as `members`. Running statistics in them still follow the images."""
    steps: int
    batch_size: int
    patch_size: int
    """Side of a patch in the high-resolution image, at the network's own scale [pixels]."""
    scales: list[float] = field(default_factory=list[float])
    """For a network of any scale: the lowest and the highest factor. Each batch has one of those between; its patches
    keep their low-resolution side. Where empty, the network's own scale alone is trained."""
    scale_step: float = 0.0
    """From one of these factors to the next; 0 for any."""
    sampled_pixels: int = 0
    """Pixels of each high-resolution patch that a network which answers pixel by pixel is asked for; 0 for all."""
    classification: Classification | None = None
    """How the kinds of `data.labels` are learned beside: a table `[stages.classification]`."""
    resampling: Resampling | None = None
    """How the reduction is learned beside: a table `[stages.resampling]`. PSNR is then that of its own reductions."""
    augmentation: Mixing | None = None
    """What is done to pairs besides flips and turns, and how likely; see `superres.data.mixing`."""
    loss: dict[str, float]
    """Weight of each term."""
    terms: TermSettings = NO_SETTINGS
    """What terms are told beside their weights: a table `[stages.terms.NAME]` for each that has settings."""
    adversarial: AdversarialSettings | None = None
    """The discriminator of an adversarial stage: a table `[stages.adversarial]`."""
    keep: str = "psnr"
    """The weights that the stage leaves: the `last` validated ones, or the best by PSNR or another named metric."""
    optimizer: Literal["adam", "adamw", "sgd", "muon", "soap"]
    betas: tuple[float, float] = (0.0, 0.0)
    """Of all optimizers but `sgd`, which has none; of `muon` for what is no matrix."""
    momentum: float = 0.0
    """Of the optimizers `sgd` and `muon`; for these only."""
    weight_decay: float = 0.0
    """Pulls weights towards zero: with `adam` and `sgd` through the gradient, with the others beside it."""
    learning_rate: float
    """The highest."""
    final_learning_rate: float
    rate_factors: dict[str, float] = field(default_factory=dict[str, float])
    """For the layers named, such as `reconstruct`, the learning rate times this; the longest name counts."""
    schedule: Literal["constant", "cosine", "halving", "milestones"]
    halve_every: int = 0
    """Steps; for the schedule `halving` only."""
    milestones: list[int] = field(default_factory=list[int])
    """Steps at which the learning rate falls; for the schedule `milestones` only."""
    milestone_factor: float = 0.5
    """What it is multiplied by at each of them."""
    warmup: int
    """Steps in which the learning rate rises from zero."""
    accumulate: int = 1
    """Batches of `batch_size` whose gradients are averaged before a step is made."""
    clip_norm: float
    """Gradients are scaled down to this norm; 0 leaves them alone."""
    clip_step: float = 0.0
    """Each value of a gradient is cut to this over the learning rate, so that a step without momentum moves no weight
    further (VDSR's adjustable clipping, arXiv:1511.04587, section 3.2); 0 leaves them alone."""
    average: float
    """Decay of the exponential moving average of the weights; 0 keeps none."""

    def __post_init__(self) -> None:
        require_plain_name("stage", self.name)
        claims = (*self._shape_claims(), *self._scale_claims(), *self._rate_claims(), *self._optimizer_claims())
        for claim, sentence in claims:
            require(claim, f"stage {self.name!r}: {sentence}")
        with about(f"stage {self.name!r}"):
            check_objective(self.loss, self.terms, self.adversarial, self.keep)

    @property
    def is_sure(self) -> bool:
        """Whether the network learns its uncertainty."""
        return "uncertainty" in self.loss

    # Each claim is what must be true, and what to say where it is not. A value that is no number makes none true.

    def _shape_claims(self) -> tuple[_Claim, ...]:
        smallest = min(self.steps, self.batch_size, self.patch_size)
        beside, mixing = [each is not None for each in (self.classification, self.resampling)], self.augmentation
        mixes = mixing is not None and max(mixing.mixup, mixing.cutmix) > 0
        companions = sum((self.is_sure, self.pruning is not None, *beside))
        return (
            (self.name != RANDOM, f"{RANDOM!r} stands for fresh weights; a stage needs another name"),
            (smallest >= 1, "steps, batch_size and patch_size must be at least 1"),
            (companions <= 1, "uncertainty, pruning, classification and resampling go without each other"),
            (
                not any(beside) or not (self.scales or self.rate_factors or self.sampled_pixels),
                "classification and resampling go without scales, sampled_pixels and rate_factors",
            ),
            (not (self.is_sure and self.rate_factors), "uncertainty goes without rate_factors"),
            (not beside[0] or not mixes, "classification goes without mixup and cutmix, which mix the kinds of images"),
            (self.accumulate >= 1, f"accumulate must be at least 1 batch, got {self.accumulate}"),
            (0 <= self.average < 1, f"average must lie in [0, 1), got {self.average}"),
            (self.clip_norm >= 0, f"clip_norm must not be negative, got {self.clip_norm}"),
            (self.clip_step >= 0, f"clip_step must not be negative, got {self.clip_step}"),
            (min(self.loss.values(), default=0) > 0, "loss needs at least one term, each of a weight above 0"),
        )

    def _scale_claims(self) -> tuple[_Claim, ...]:
        is_pair = len(self.scales) == 2 and 1 <= self.scales[0] < self.scales[1]
        steps = (self.scales[1] - self.scales[0]) / self.scale_step if is_pair and self.scale_step > 0 else 0
        cuts = self.augmentation is not None and self.augmentation.cuts
        return (
            (not self.scales or is_pair, f"scales are a lowest factor, at least 1, and a highest, got {self.scales}"),
            (self.scale_step == 0 or bool(self.scales), "scale_step goes with scales, and only with them"),
            (self.scale_step >= 0, f"scale_step must not be negative, got {self.scale_step}"),
            (abs(steps - round(steps)) < 1e-6, f"no number of steps of {self.scale_step:g} spans {self.scales}"),
            (self.sampled_pixels >= 0, f"sampled_pixels must not be negative, got {self.sampled_pixels}"),
            (
                not (self.scales and cuts),
                "augmentation: cutmix and cutblur cut whole pixels, so that scales do without",
            ),
        )

    def _rate_claims(self) -> tuple[_Claim, ...]:
        rates = f"learning_rate is {self.learning_rate:g}, final_learning_rate {self.final_learning_rate:g}"
        is_halving, is_named = self.schedule == "halving", self.schedule == "milestones"
        rising = all(before < after for before, after in pairwise([0, *self.milestones, self.steps]))
        return (
            (0 <= self.warmup <= self.steps, f"warmup must lie in 0 .. {self.steps}, the steps, got {self.warmup}"),
            (is_halving == (self.halve_every > 0), 'halve_every goes with schedule = "halving", and only with it'),
            (is_named == bool(self.milestones), 'milestones go with schedule = "milestones", and only with it'),
            (not is_named or rising, f"milestones must rise and lie between 0 and {self.steps}, the steps"),
            (is_named or self.milestone_factor == 0.5, 'milestone_factor goes with schedule = "milestones" only'),
            (0 < self.milestone_factor < 1, f"milestone_factor must lie in (0, 1), got {self.milestone_factor}"),
            (self.learning_rate > 0, f"learning_rate must be above 0, got {self.learning_rate}"),
            (
                0 <= self.final_learning_rate <= self.learning_rate,
                f"the final rate must not be the higher one: {rates}",
            ),
            (min(self.rate_factors.values(), default=1) > 0, "rate_factors must be above 0"),
        )

    def _optimizer_claims(self) -> tuple[_Claim, ...]:
        is_sgd, has_betas = self.optimizer == "sgd", self.betas != (0.0, 0.0)
        has_momentum = self.optimizer in ("sgd", "muon")
        return (
            (all(0 <= beta < 1 for beta in self.betas), f"betas must lie in [0, 1), got {self.betas}"),
            (is_sgd or has_betas, f'optimizer = "{self.optimizer}" needs its betas, such as [0.9, 0.999]'),
            (not is_sgd or not has_betas, 'betas go with other optimizers than "sgd", which has a momentum alone'),
            (has_momentum or self.momentum == 0, f'momentum goes with "sgd" and "muon"; "{self.optimizer}" has betas'),
            (0 <= self.momentum < 1, f"momentum must lie in [0, 1), got {self.momentum}"),
            (self.weight_decay >= 0, f"weight_decay must not be negative, got {self.weight_decay}"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """A whole training."""

    __pydantic_config__ = _STRICT
    about: str
    """What the recipe makes, and its source."""
    seed: int
    precision: Literal["auto", "float32", "bfloat16"]
    """`auto` takes bfloat16 autocast where the processor multiplies it natively."""
    threads: int
    """PyTorch's threads; 0 leaves the choice to PyTorch."""
    checkpoint_every: int
    """Steps between two checkpoints."""
    licence: str
    """Of the resulting weights."""
    model: Model
    data: Data
    validation: Validation
    stages: list[Stage]

    def __post_init__(self) -> None:
        require(self.checkpoint_every >= 1, f"checkpoint_every must be at least 1 step, got {self.checkpoint_every}")
        require(min(self.threads, self.seed) >= 0, "seed and threads must not be negative")
        require(bool(self.stages), "a recipe needs at least one [[stages]]")
        earlier: list[str] = []
        for stage in self.stages:
            _check_start(stage, earlier, [other.name for other in self.stages])
            require(stage.name not in earlier, f"two stages are called {stage.name!r}; each needs a name of its own")
            trained = self.trained(stage)
            _check_patch(stage, trained)
            _check_factors(stage, trained)
            _check_scales(stage, trained)
            check_members(stage.name, stage.members, trained.read()[1])
            _check_degradation(stage, self.data)
            _check_companions(stage, trained, self.data)
            _check_terms(stage, trained)
            sure = [other.name for other in self.stages[: len(earlier)] if other.is_sure]
            with about(f"stage {stage.name!r}"):
                check_estimator(stage.terms, sure)
            earlier.append(stage.name)
        links = [Link(each.name, each.start, self.trained(each).read()[1], self.made(each)) for each in self.stages]
        check_succession(links, self.model.read()[1])
        is_same = len({each.resampling is None for each in self.stages}) == 1
        require(is_same, "either all stages learn the reduction, by a table [stages.resampling], or none does")

    def trained(self, stage: Stage) -> Model:
        """The network that a stage trains."""
        return replace(self.model, config={**self.model.config, **stage.config}) if stage.config else self.model

    def made(self, stage: Stage) -> Any:
        """The configuration of the network that a stage leaves, in which nothing is left of what it prunes."""
        _, config = self.trained(stage).read()
        return config if stage.pruning is None else stage.pruning.of(config)

    def starts_outside(self, stage: Stage) -> bool:
        """Whether a stage begins with weights that this recipe does not make."""
        return stage.start != RANDOM and stage.start not in {other.name for other in self.stages}


def _check_start(stage: Stage, earlier: list[str], every: list[str]) -> None:
    is_earlier = stage.start == RANDOM or stage.start in earlier
    looks_like_stage = not re.search(r"[./]|_x\d", stage.start)
    if not is_earlier and (stage.start in every or looks_like_stage):
        have = ", ".join([*earlier, RANDOM])
        raise InvalidConfigError(
            f"stage {stage.name!r} starts from {stage.start!r}, which no earlier stage produces (have: {have})"
        )


def _check_patch(stage: Stage, model: Model) -> None:
    known, config = model.read()
    scale, least = config.scale, known.tiling(config).minimum_size
    if stage.patch_size % scale or stage.patch_size < scale * least:
        raise InvalidConfigError(
            f"stage {stage.name!r}: patch_size must be a multiple of the scale {scale} "
            f"and at least {scale * least}, the smallest that the network takes, got {stage.patch_size}"
        )


def _check_factors(stage: Stage, model: Model) -> None:
    """The layers that have a factor of their own, or are frozen, are the network's."""
    if not (stage.rate_factors or stage.frozen):
        return
    known, config = model.read()
    names = [name for name, _ in weightless(known.card(model.name, config)).named_parameters()]
    for layer in (*stage.rate_factors, *stage.frozen):
        if not any(name.startswith(f"{layer}.") for name in names):
            layers = list(dict.fromkeys(name.rsplit(".", maxsplit=1)[0] for name in names))
            raise unknown_name(f"layer of {model.name}", layer, layers)
    trained = [name for name in names if not name.startswith(tuple(f"{layer}." for layer in stage.frozen))]
    require(bool(trained), f"stage {stage.name!r}: all layers are frozen, so that nothing can be trained")


def _check_scales(stage: Stage, model: Model) -> None:
    """The network takes the scales, and can be asked for single pixels if it is to be."""
    known, config = model.read()
    highest, name = known.highest_scale, f"stage {stage.name!r}"
    if stage.scales and (highest is None or stage.scales[1] > highest):
        takes = f"×{config.scale} alone" if highest is None else f"factors up to ×{highest:g}"
        raise InvalidConfigError(f"{name}: scales are {stage.scales}, but {known.name} enlarges by {takes}")
    if not stage.sampled_pixels:
        return
    if not isinstance(weightless(known.card(model.name, config)), AnswersByPixel):
        raise InvalidConfigError(f"{name}: {known.name} gives whole images only, so sampled_pixels must be 0")
    smallest = enlarged(stage.patch_size // config.scale, stage.scales[0]) if stage.scales else stage.patch_size
    if stage.sampled_pixels > smallest**2:
        raise InvalidConfigError(
            f"{name}: sampled_pixels is {stage.sampled_pixels}, but the smallest patch has {smallest**2} pixels"
        )


def _check_terms(stage: Stage, model: Model) -> None:
    """The network and its patches suit the objective."""
    known, config = model.read()
    with about(f"stage {stage.name!r}"):
        check_fit(
            stage.loss,
            stage.terms,
            stage.adversarial,
            network=weightless(known.card(model.name, config)),
            channels=config.channels,
            patch_size=stage.patch_size,
            is_partial=bool(stage.scales) or stage.sampled_pixels > 0,
        )


def _check_companions(stage: Stage, model: Model, data: Data) -> None:
    """What learns beside the network suits it and the data."""
    known, config = model.read()
    network = weightless(known.card(model.name, config))
    with about(f"stage {stage.name!r}"):
        check_classification(stage.classification, network, is_labelled=bool(data.labels))
        check_resampling(stage.resampling, network, channels=config.channels, degradation=data.degradation)


def _check_degradation(stage: Stage, data: Data) -> None:
    """What knows bicubic reduction only is not asked for with another."""
    cuts = stage.augmentation is not None and stage.augmentation.cutblur > 0
    if data.drawn is not None and (stage.scales or cuts):
        what = "scales" if stage.scales else "augmentation: cutblur"
        raise InvalidConfigError(
            f"stage {stage.name!r}: {what} is made by bicubic reduction only, but the degradation is "
            f"{data.degradation!r}; leave one of them out"
        )


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        MissingFileError: If there is no such file.
        InvalidConfigError: If it is no TOML, or a key is missing, of the wrong kind or makes no sense.
        UnknownNameError: If a key, architecture, setting, loss or protocol has a name that nothing answers to.
    """
    return parse_recipe(read_toml(path), str(path))


def parse_recipe(content: Mapping[str, Any], origin: str) -> Recipe:
    """A recipe from its parsed TOML; `origin` names it in messages. Raises as `read_recipe` does."""
    return parse(Recipe, content, origin)
