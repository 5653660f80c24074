"""A whole training, read this first: for each stage, start, train, keep the best.

The run folder explains itself: `recipe.toml`, `environment.json`, `journal.jsonl`, `tensorboard/`,
`checkpoint.pt` to go on from, `stages/NAME.safetensors` (the best averaged weights of each stage)
and at last `NAME.safetensors`, the best of the last stage, with its branches merged where it has any.

A run may be killed at any moment. Each file is replaced in one step, and a step's journal and best
weights are written before its checkpoint; what lies beyond the checkpoint is done again, and comes
out the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn

from superres.data.datasets.packed import PackedImages, pack
from superres.data.loader import PatchLoader, Scales
from superres.models.card import Card
from superres.models.catalogue import build_from_card
from superres.models.memory_layout import channels_last
from superres.models.weights import load_network, read_weights, write_weights
from superres.training.channels import channels_of
from superres.training.checkpoint import read_checkpoint, write_checkpoint
from superres.training.ema import WeightAverage
from superres.training.environment import Environment, environment, resolve_precision
from superres.training.folders import RunFolder, data_folder
from superres.training.journal import Journal
from superres.training.loop import Progress, StageState, diverged, run_steps
from superres.training.merging import merged
from superres.training.optimizers import optimizer
from superres.training.recipe import RANDOM, Recipe, Stage, read_recipe
from superres.training.validation import Validation
from superres.training.warm_start import warm_start

Watcher = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run has reached."""

    weights: Path
    card: Card
    psnr: float
    """Mean over the validation images [dB], of the last stage's best averaged weights."""


def train(
    recipe_path: Path, *, output: Path | None = None, resume: bool = False, watch: Watcher | None = None
) -> Result:
    """Run a recipe from its first stage to its last.

    Args:
        recipe_path: A TOML file.
        output: The run folder; `runs/` and the recipe's name where not given.
        resume: Go on with an interrupted run; bit for bit as if it had not been interrupted.
        watch: Called with each report. What it raises ends the run, which can be resumed.

    Returns:
        Where the weights lie, and what they reach on the validation images.

    Raises:
        InvalidConfigError: If the recipe makes no sense, or it or the images are not what the run began with.
        UnknownNameError: If the recipe has a key or a name that nothing answers to.
        ExistingFileError: If the folder holds a run and `resume` is not given.
        MissingFileError: If a folder of images, or a file of weights to start from, is missing.
        InvalidWeightsError: If a checkpoint or the weights to start from are damaged or do not fit.
    """
    recipe = read_recipe(recipe_path)
    folder = RunFolder(output or Path("runs") / recipe_path.stem)
    folder.check(recipe_path, resume=resume)
    return _Run(recipe, recipe_path, folder).finish(watch or (lambda _: None))


class _Run:
    """A recipe with everything opened that it names."""

    def __init__(self, recipe: Recipe, recipe_path: Path, folder: RunFolder) -> None:
        self.recipe = recipe
        self.recipe_path = recipe_path
        self.folder = folder
        if recipe.threads:
            torch.set_num_threads(recipe.threads)
        device = Fabric(accelerator="auto", devices=1).device
        self.precision = resolve_precision(recipe.precision, device)
        self.fabric = Fabric(
            accelerator="auto", devices=1, precision="bf16-mixed" if self.precision == torch.bfloat16 else "32-true"
        )
        self.card = _card(recipe, recipe_path)
        cache = folder.path.parent / "packed"
        self.images: PackedImages = pack([data_folder(name) for name in recipe.data.train], cache, [self.card.scale])
        self.channels = channels_of(self.card)
        self.validation = Validation(
            data_folder(recipe.data.validation),
            cache,
            scale=self.card.scale,
            protocol_name=recipe.validation.protocol,
            channels=self.channels,
        )
        self.figure = f"{Path(recipe.data.validation).name.lower()}_psnr_{recipe.validation.protocol}"
        """Name on the card of what the best weights reach on the validation images [dB]."""
        self.loaders = [self._loader(index, stage) for index, stage in enumerate(recipe.stages)]

    def finish(self, watch: Watcher) -> Result:
        """Run what is left of the stages."""
        first, state = self._position()
        stages = self.recipe.stages
        self._check_outside(stages[first:] if state is None else stages[first + 1 :])
        self.folder.open(self.recipe_path, self._environment())
        if first < len(stages):
            done = self._steps_before(first) + (0 if state is None else state["step"])
            with closing(Journal(self.folder.path, done)) as journal:
                for index in range(first, len(stages)):
                    self._run_stage(index, state, journal, watch)
                    state = None
                    write_checkpoint(self.folder.checkpoint, {"stage": index + 1, "state": None})
        return self._publish()

    def _position(self) -> tuple[int, dict[str, Any] | None]:
        """The stage to run first, and its state where it was interrupted."""
        if not self.folder.checkpoint.exists():
            return 0, None
        saved = read_checkpoint(self.folder.checkpoint)
        return saved["stage"], saved["state"]

    def _check_outside(self, stages: list[Stage]) -> None:
        """Try the warm starts from outside now, not when the stages before them have run."""
        for stage in stages:
            if self.recipe.starts_outside(stage):
                self._start_weights(build_from_card(self.card), stage)

    def _publish(self) -> Result:
        tensors, card = merged(*read_weights(self.folder.best_of(self.recipe.stages[-1].name)))
        path = self.folder.path / f"{card.name}.safetensors"
        write_weights(path, tensors, card)
        return Result(path, card, card.figures[self.figure])

    def _run_stage(self, index: int, saved: dict[str, Any] | None, journal: Journal, watch: Watcher) -> None:
        stage = self.recipe.stages[index]
        state = self._begin(index, saved)
        with closing(run_steps(stage, state, self.loaders[index], self.fabric, self.channels)) as reports:
            for report in reports:
                # The checkpoint comes last: what it promises is then already on the disk.
                if state.step % self.recipe.validation.every == 0 or state.step == stage.steps:
                    self._validate(index, state, journal)
                if report is not None:
                    self._report(index, report, journal)
                    watch(report)
                if state.step % self.recipe.checkpoint_every == 0:
                    write_checkpoint(self.folder.checkpoint, {"stage": index, "state": state.to_dict()})

    def _loader(self, index: int, stage: Stage) -> PatchLoader:
        return PatchLoader(
            self.images,
            scale=self.card.scale,
            patch_size=stage.patch_size,
            batch_size=stage.batch_size,
            seed=self._seed(index),
            scales=Scales(lowest=stage.scales[0], highest=stage.scales[1], step=stage.scale_step)
            if stage.scales
            else None,
        )

    def _begin(self, index: int, saved: dict[str, Any] | None) -> StageState:
        stage = self.recipe.stages[index]
        torch.manual_seed(self._seed(index))
        network = build_from_card(self.card)
        if saved is None:
            self._start_weights(network, stage)
        network = channels_last(network.to(self.fabric.device))
        state = StageState(network, optimizer(stage, network), WeightAverage(network, stage.average))
        if saved is not None:
            state.load_dict(saved)
        return state

    def _start_weights(self, network: nn.Module, stage: Stage) -> None:
        if stage.start == RANDOM:
            return
        if self.recipe.starts_outside(stage):
            tensors = load_network(stage.start)[0].state_dict()
        else:
            tensors, _ = read_weights(self.folder.best_of(stage.start))
        warm_start(network, tensors, stage.start)

    def _validate(self, index: int, state: StageState, journal: Journal) -> None:
        """Measure the averaged weights; keep them where they are the stage's best so far."""
        stage = self.recipe.stages[index]
        reached = self.validation(state.average.network, device=self.fabric.device, precision=self.precision)
        if math.isnan(reached):
            raise diverged(stage, state.step)
        journal.write(total_step=self._steps_before(index) + state.step, stage=stage.name, validation_psnr=reached)
        best = self.folder.best_of(stage.name)
        # The file itself says what it reaches, so that no kill can part the weights from their figure.
        if not best.exists() or reached > read_weights(best)[1].figures[self.figure]:
            write_weights(best, state.average.network.state_dict(), self.card.with_figures({self.figure: reached}))

    def _report(self, index: int, report: Progress, journal: Journal) -> None:
        journal.write(
            total_step=self._steps_before(index) + report.step,
            stage=report.stage,
            loss=report.loss,
            learning_rate=report.learning_rate,
            images_per_second=report.images_per_second,
        )

    def _environment(self) -> Environment:
        return environment(
            self.fabric.device,
            self.precision,
            data_sha256=self.images.content_hash,
            validation_sha256=self.validation.content_hash,
        )

    def _seed(self, index: int) -> int:
        return self.recipe.seed + 1000 * index

    def _steps_before(self, index: int) -> int:
        return sum(stage.steps for stage in self.recipe.stages[:index])


def _card(recipe: Recipe, recipe_path: Path) -> Card:
    known, config = recipe.model.read()
    return known.card(recipe.model.name, config).with_training(
        trained_on=tuple(Path(name).name for name in recipe.data.train),
        recipe=recipe_path.name,
        steps=sum(stage.steps for stage in recipe.stages),
        licence=recipe.licence,
    )
