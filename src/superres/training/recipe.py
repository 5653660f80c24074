"""Training recipes: complete TOML files, read strictly, without inheritance or hidden defaults.

Everything that can be checked without opening an image is checked here, before the first step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict

from superres.errors import InvalidConfigError, unknown_name
from superres.image.scaling import enlarged
from superres.losses.catalogue import loss
from superres.metrics.protocol import protocol
from superres.models.architecture import Architecture
from superres.models.catalogue import architecture
from superres.models.listing import weightless
from superres.training.objectives.sampling import AnswersByPixel
from superres.training.toml import parse, read_toml

_STRICT = ConfigDict(extra="forbid", strict=True)
RANDOM = "random"
"""The start of a stage that begins with fresh weights."""
_Claim = tuple[bool, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """The network to train, at one scale.

    A network that the papers train for several scales at once (VDSR, DRCN, CARN) is trained here for the one of its
    configuration; weights of another scale may be a stage's start.
    """

    __pydantic_config__ = _STRICT
    name: str
    """Of the weights file; letters, digits, `-` and `_`."""
    architecture: str
    config: dict[str, Any]
    """The architecture's own configuration, complete."""

    def __post_init__(self) -> None:
        _require_plain_name("model", self.name)
        known, config = self.read()
        if not known.needs_weights:
            raise InvalidConfigError(
                f"model {self.name!r}: nothing in {known.name} is learned, so it cannot be trained"
            )
        channels = config.channels
        if channels not in (1, 3):
            raise InvalidConfigError(
                f"model {self.name!r}: training images are RGB, so channels must be 3, or 1 for luma "
                f"or for one colour at a time, got {channels}"
            )

    def read(self) -> tuple[Architecture, Any]:
        """The architecture, and the configuration as its own kind.

        Raises:
            UnknownNameError: If the architecture or a setting is unknown.
            InvalidConfigError: If a setting makes no sense.
        """
        known = architecture(self.architecture)
        return known, known.read_config(self.config)


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Where the images are. Relative folders lie below `$SUPERRES_DATA`, or else the working directory."""

    __pydantic_config__ = _STRICT
    train: list[str]
    validation: str
    degradation: Literal["bicubic"]

    def __post_init__(self) -> None:
        _require(bool(self.train), "data: train needs at least one folder of images")


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation:
    """How the best weights are chosen: mean PSNR of the averaged weights under a named protocol."""

    __pydantic_config__ = _STRICT
    every: int
    """Steps between two validations."""
    protocol: str

    def __post_init__(self) -> None:
        _require(self.every >= 1, f"validation: every must be at least 1 step, got {self.every}")
        protocol(self.protocol)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stretch of training with settings of its own."""

    __pydantic_config__ = _STRICT
    name: str
    """Letters, digits, `-` and `_`."""
    start: str
    """`random`, the name of an earlier stage, the name of a shipped network, or a weights file."""
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
    loss: dict[str, float]
    """Weight of each term."""
    optimizer: Literal["adam", "adamw", "sgd"]
    betas: tuple[float, float] = (0.0, 0.0)
    """Of the optimizers `adam` and `adamw`, which need them; for these only."""
    momentum: float = 0.0
    """Of the optimizer `sgd`; for this only."""
    weight_decay: float = 0.0
    """Pulls weights towards zero: with `adam` and `sgd` through the gradient, with `adamw` beside it."""
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
        _require_plain_name("stage", self.name)
        claims = (*self._shape_claims(), *self._scale_claims(), *self._rate_claims(), *self._optimizer_claims())
        for claim, sentence in claims:
            _require(claim, f"stage {self.name!r}: {sentence}")
        for name in self.loss:
            loss(name)

    # Each claim is what must be true, and what to say where it is not. A value that is no number makes none true.

    def _shape_claims(self) -> tuple[_Claim, ...]:
        smallest = min(self.steps, self.batch_size, self.patch_size)
        return (
            (self.name != RANDOM, f"{RANDOM!r} stands for fresh weights; a stage needs another name"),
            (smallest >= 1, "steps, batch_size and patch_size must be at least 1"),
            (self.accumulate >= 1, f"accumulate must be at least 1 batch, got {self.accumulate}"),
            (0 <= self.average < 1, f"average must lie in [0, 1), got {self.average}"),
            (self.clip_norm >= 0, f"clip_norm must not be negative, got {self.clip_norm}"),
            (self.clip_step >= 0, f"clip_step must not be negative, got {self.clip_step}"),
            (min(self.loss.values(), default=0) > 0, "loss needs at least one term, each of a weight above 0"),
        )

    def _scale_claims(self) -> tuple[_Claim, ...]:
        is_pair = len(self.scales) == 2 and 1 <= self.scales[0] < self.scales[1]
        steps = (self.scales[1] - self.scales[0]) / self.scale_step if is_pair and self.scale_step > 0 else 0
        return (
            (not self.scales or is_pair, f"scales are a lowest factor, at least 1, and a highest, got {self.scales}"),
            (self.scale_step == 0 or bool(self.scales), "scale_step goes with scales, and only with them"),
            (self.scale_step >= 0, f"scale_step must not be negative, got {self.scale_step}"),
            (abs(steps - round(steps)) < 1e-6, f"no number of steps of {self.scale_step:g} spans {self.scales}"),
            (self.sampled_pixels >= 0, f"sampled_pixels must not be negative, got {self.sampled_pixels}"),
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
        return (
            (all(0 <= beta < 1 for beta in self.betas), f"betas must lie in [0, 1), got {self.betas}"),
            (is_sgd or has_betas, f'optimizer = "{self.optimizer}" needs its betas, such as [0.9, 0.999]'),
            (not is_sgd or not has_betas, 'betas go with the optimizers "adam" and "adamw"; "sgd" has a momentum'),
            (is_sgd or self.momentum == 0, f'momentum goes with optimizer = "sgd"; "{self.optimizer}" has betas'),
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
        _require(self.checkpoint_every >= 1, f"checkpoint_every must be at least 1 step, got {self.checkpoint_every}")
        _require(min(self.threads, self.seed) >= 0, "seed and threads must not be negative")
        _require(bool(self.stages), "a recipe needs at least one [[stages]]")
        earlier: list[str] = []
        for stage in self.stages:
            _check_start(stage, earlier, [other.name for other in self.stages])
            _require(stage.name not in earlier, f"two stages are called {stage.name!r}; each needs a name of its own")
            _check_patch(stage, self.model)
            _check_factors(stage, self.model)
            _check_scales(stage, self.model)
            earlier.append(stage.name)

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
    """The layers that have a factor of their own are the network's."""
    if not stage.rate_factors:
        return
    known, config = model.read()
    names = [name for name, _ in weightless(known.card(model.name, config)).named_parameters()]
    for layer in stage.rate_factors:
        if not any(name.startswith(f"{layer}.") for name in names):
            layers = list(dict.fromkeys(name.rsplit(".", maxsplit=1)[0] for name in names))
            raise unknown_name(f"layer of {model.name}", layer, layers)


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


def _require(claim: bool, sentence: str) -> None:
    if not claim:
        raise InvalidConfigError(sentence)


def _require_plain_name(kind: str, name: str) -> None:
    """The name becomes a file's."""
    _require(
        re.fullmatch(r"[A-Za-z0-9_-]+", name) is not None,
        f"{kind} {name!r}: a name has letters, digits, - and _ only, for a file will bear it",
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
