"""Training recipes: complete TOML files, read strictly, without inheritance or hidden defaults.

Everything that can be checked without opening an image is checked here, before the first step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict
from torch import nn

from superres.errors import InvalidConfigError, unknown_name
from superres.image.scaling import enlarged
from superres.metrics.protocol import protocol
from superres.models.listing import weightless
from superres.training.claims import about, require
from superres.training.material import Data
from superres.training.objectives.checking import check_estimator, check_fit
from superres.training.objectives.sampling import AnswersByPixel
from superres.training.stage import RANDOM, Stage
from superres.training.strategies.categories import check_classification
from superres.training.strategies.joint_scales import check_joint
from superres.training.strategies.members import check_members
from superres.training.strategies.quantization import check_quantization
from superres.training.strategies.resampling import check_resampling
from superres.training.strategies.succession import Link, check_succession
from superres.training.target import Model
from superres.training.toml import parse, read_toml

_STRICT = ConfigDict(extra="forbid", strict=True)


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
        built: list[tuple[Model, nn.Module]] = []
        for stage in self.stages:
            _check_start(stage, earlier, [other.name for other in self.stages])
            require(stage.name not in earlier, f"two stages are called {stage.name!r}; each needs a name of its own")
            trained = self.trained(stage)
            _check_patch(stage, trained)
            network = _built(trained, built)
            _check_factors(stage, trained, network)
            _check_scales(stage, trained, network)
            check_members(stage.name, stage.members, trained.read()[1])
            _check_degradation(stage, self.data)
            _check_companions(stage, trained, network, self.data)
            _check_terms(stage, trained, network)
            sure = [other.name for other in self.stages[: len(earlier)] if other.is_sure]
            with about(f"stage {stage.name!r}"):
                check_estimator(stage.terms, sure)
            earlier.append(stage.name)
        links = [
            Link(each.name, each.start, self.trained(each).read()[1], self.made(each), each.grows)
            for each in self.stages
        ]
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


def _built(model: Model, earlier: list[tuple[Model, nn.Module]]) -> nn.Module:
    """A network without weights; that of an earlier stage, where it is the same. Added to `earlier` otherwise."""
    for other, network in earlier:
        if other == model:
            return network
    known, config = model.read()
    earlier.append((model, weightless(known.card(model.name, config))))
    return earlier[-1][1]


def _check_factors(stage: Stage, model: Model, network: nn.Module) -> None:
    """The layers that have a factor of their own, or are frozen, are the network's."""
    if not (stage.rate_factors or stage.frozen):
        return
    names = [name for name, _ in network.named_parameters()]
    for layer in (*stage.rate_factors, *stage.frozen):
        if not any(name.startswith(f"{layer}.") for name in names):
            layers = list(dict.fromkeys(name.rsplit(".", maxsplit=1)[0] for name in names))
            raise unknown_name(f"layer of {model.name}", layer, layers)
    trained = [name for name in names if not name.startswith(tuple(f"{layer}." for layer in stage.frozen))]
    require(bool(trained), f"stage {stage.name!r}: all layers are frozen, so that nothing can be trained")


def _check_scales(stage: Stage, model: Model, network: nn.Module) -> None:
    """The network takes the scales, and can be asked for single pixels if it is to be."""
    known, config = model.read()
    highest, name = known.highest_scale, f"stage {stage.name!r}"
    if highest is None and stage.joint_scales:
        with about(name):
            check_joint(stage.joint_scales, known, known.card(model.name, config), network)
    elif stage.scales and (highest is None or stage.scales[1] > highest):
        takes = "whole factors, with scale_step = 1," if highest is None else f"factors up to ×{highest:g}"
        raise InvalidConfigError(f"{name}: scales are {stage.scales}, but {known.name} enlarges by {takes} alone")
    if not stage.sampled_pixels:
        return
    if not isinstance(network, AnswersByPixel):
        raise InvalidConfigError(f"{name}: {known.name} gives whole images only, so sampled_pixels must be 0")
    smallest = enlarged(stage.patch_size // config.scale, stage.scales[0]) if stage.scales else stage.patch_size
    if stage.sampled_pixels > smallest**2:
        raise InvalidConfigError(
            f"{name}: sampled_pixels is {stage.sampled_pixels}, but the smallest patch has {smallest**2} pixels"
        )


def _check_terms(stage: Stage, model: Model, network: nn.Module) -> None:
    """The network and its patches suit the objective."""
    _, config = model.read()
    with about(f"stage {stage.name!r}"):
        check_fit(
            stage.loss,
            stage.terms,
            stage.adversarial,
            network=network,
            channels=config.channels,
            patch_size=stage.patch_size,
            is_partial=bool(stage.scales) or stage.sampled_pixels > 0,
        )


def _check_companions(stage: Stage, model: Model, network: nn.Module, data: Data) -> None:
    """What learns beside the network suits it and the data."""
    _, config = model.read()
    with about(f"stage {stage.name!r}"):
        check_classification(stage.classification, network, is_labelled=bool(data.labels))
        check_quantization(stage.quantization, network)
        check_resampling(stage.resampling, network, channels=config.channels, degradation=data.degradation)


def _check_degradation(stage: Stage, data: Data) -> None:
    """What knows bicubic reduction only is not asked for with another."""
    cuts = stage.augmentation is not None and stage.augmentation.cutblur > 0
    is_partial = bool(stage.scales) and not stage.joint_scales
    if data.drawn is not None and (is_partial or cuts):
        what = "a scale that is not whole" if is_partial else "augmentation: cutblur"
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
