"""Training recipes: complete TOML files, read strictly, without inheritance or hidden defaults.

Everything that can be checked without opening an image is checked here, before the first step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict

from superres.errors import InvalidConfigError
from superres.losses.catalogue import loss
from superres.metrics.protocol import protocol
from superres.models.architecture import Architecture
from superres.models.catalogue import architecture
from superres.training.toml import parse, read_toml

_STRICT = ConfigDict(extra="forbid", strict=True)
RANDOM = "random"
"""The start of a stage that begins with fresh weights."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """The network to train."""

    __pydantic_config__ = _STRICT
    name: str
    """Of the weights file; letters, digits, `-` and `_`."""
    architecture: str
    config: dict[str, Any]
    """The architecture's own configuration, complete."""

    def __post_init__(self) -> None:
        _require_plain_name("model", self.name)
        if self.read()[1].channels != 3:
            raise InvalidConfigError(f"model {self.name!r}: training images are RGB, so channels must be 3")

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
    """Side of a patch in the high-resolution image [pixels]."""
    loss: dict[str, float]
    """Weight of each term."""
    optimizer: Literal["adam"]
    betas: tuple[float, float]
    learning_rate: float
    """The highest."""
    final_learning_rate: float
    schedule: Literal["constant", "cosine", "halving"]
    halve_every: int = 0
    """Steps; for the schedule `halving` only."""
    warmup: int
    """Steps in which the learning rate rises from zero."""
    clip_norm: float
    """Gradients are scaled down to this norm; 0 leaves them alone."""
    average: float
    """Decay of the exponential moving average of the weights; 0 keeps none."""

    def __post_init__(self) -> None:
        _require_plain_name("stage", self.name)
        for claim, sentence in self._claims():
            _require(claim, f"stage {self.name!r}: {sentence}")
        for name in self.loss:
            loss(name)

    def _claims(self) -> tuple[tuple[bool, str], ...]:
        """What must be true, and what to say where it is not. A value that is no number makes no claim true."""
        rates = f"learning_rate is {self.learning_rate:g}, final_learning_rate {self.final_learning_rate:g}"
        is_halving, smallest = self.schedule == "halving", min(self.steps, self.batch_size, self.patch_size)
        return (
            (self.name != RANDOM, f"{RANDOM!r} stands for fresh weights; a stage needs another name"),
            (smallest >= 1, "steps, batch_size and patch_size must be at least 1"),
            (0 <= self.warmup <= self.steps, f"warmup must lie in 0 .. {self.steps}, the steps, got {self.warmup}"),
            (is_halving == (self.halve_every > 0), 'halve_every goes with schedule = "halving", and only with it'),
            (0 <= self.average < 1, f"average must lie in [0, 1), got {self.average}"),
            (all(0 <= beta < 1 for beta in self.betas), f"betas must lie in [0, 1), got {self.betas}"),
            (self.learning_rate > 0, f"learning_rate must be above 0, got {self.learning_rate}"),
            (
                0 <= self.final_learning_rate <= self.learning_rate,
                f"the final rate must not be the higher one: {rates}",
            ),
            (self.clip_norm >= 0, f"clip_norm must not be negative, got {self.clip_norm}"),
            (min(self.loss.values(), default=0) > 0, "loss needs at least one term, each of a weight above 0"),
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
