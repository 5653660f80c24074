"""Training recipes: complete TOML files, read strictly, without inheritance or hidden defaults."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from superres.errors import InvalidConfigError, MissingFileError, unknown_name
from superres.losses.catalogue import loss

_STRICT = ConfigDict(extra="forbid", strict=True)
RANDOM = "random"
"""The start of a stage that begins with fresh weights."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """The network to train."""

    __pydantic_config__ = _STRICT
    name: str
    architecture: str
    config: dict[str, Any]
    """The architecture's own configuration, complete."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Where the images are. Relative folders lie below `$SUPERRES_DATA`, or else the working directory."""

    __pydantic_config__ = _STRICT
    train: list[str]
    validation: str
    degradation: Literal["bicubic"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation:
    """How the best weights are chosen: mean PSNR of the averaged weights under a named protocol."""

    __pydantic_config__ = _STRICT
    every: int
    """Steps between two validations."""
    protocol: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stretch of training with settings of its own."""

    __pydantic_config__ = _STRICT
    name: str
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
        if min(self.steps, self.batch_size, self.patch_size) < 1:
            raise InvalidConfigError(f"stage {self.name!r}: steps, batch_size and patch_size must be at least 1")
        if (self.schedule == "halving") != (self.halve_every > 0):
            raise InvalidConfigError(
                f'stage {self.name!r}: halve_every goes with schedule = "halving", and only with it'
            )
        if not 0 <= self.average < 1:
            raise InvalidConfigError(f"stage {self.name!r}: average must lie in [0, 1), got {self.average}")
        for name in self.loss:
            loss(name)


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
        if not self.stages:
            raise InvalidConfigError("a recipe needs at least one [[stages]]")
        earlier: list[str] = []
        for stage in self.stages:
            _check_start(stage, earlier, [other.name for other in self.stages])
            if stage.name in earlier:
                raise InvalidConfigError(f"two stages are called {stage.name!r}; each needs a name of its own")
            earlier.append(stage.name)


def _check_start(stage: Stage, earlier: list[str], every: list[str]) -> None:
    is_earlier = stage.start == RANDOM or stage.start in earlier
    looks_like_stage = not re.search(r"[./]|_x\d", stage.start)
    if not is_earlier and (stage.start in every or looks_like_stage):
        have = ", ".join([*earlier, RANDOM])
        raise InvalidConfigError(
            f"stage {stage.name!r} starts from {stage.start!r}, which no earlier stage produces (have: {have})"
        )


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        MissingFileError: If there is no such file.
        InvalidConfigError: If it is no TOML, or a key is unknown, missing or of the wrong kind.
        UnknownNameError: If a key or a loss has a name that nothing answers to.
    """
    if not path.is_file():
        raise MissingFileError(f"{path} was to be read as a recipe, but there is no such file")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidConfigError(f"{path} is no valid TOML: {error}") from error
    return parse_recipe(content, str(path))


def parse_recipe(content: Mapping[str, Any], origin: str) -> Recipe:
    """A recipe from its parsed TOML; `origin` names it in messages. Raises as `read_recipe` does."""
    try:
        # Strict mode refuses plain dictionaries in validate_python, not in JSON.
        return TypeAdapter(Recipe).validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, InvalidConfigError):
            raise cause from error
        _refuse_key(first["loc"], first["type"])
        raise InvalidConfigError(f"{origin}: {_dotted(first['loc'])}: {first['msg'].lower()}") from error


def _refuse_key(location: tuple[int | str, ...], kind: str) -> None:
    """Name the nearest right key where a recipe has one that is unknown."""
    if kind not in ("extra_forbidden", "unexpected_keyword_argument"):
        return
    owner: Any = Recipe
    for part in location[:-1]:
        if isinstance(part, str):
            hint = get_type_hints(owner)[part]
            owner = next((kind for kind in (*get_args(hint), hint) if is_dataclass(kind)), owner)
    where = f"[{_dotted(location[:-1])}]" if len(location) > 1 else "a recipe"
    raise unknown_name(f"key of {where}", str(location[-1]), [field.name for field in fields(owner)])


def _dotted(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)
