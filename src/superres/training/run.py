"""A whole training, read this first: for each stage, start, train, keep the best.

The run folder explains itself: `recipe.toml`, `environment.json`, `journal.jsonl`, `curves.svg`, `tensorboard/`,
`checkpoint.pt` to go on from, `stages/NAME.safetensors` (the best averaged weights of each stage)
and at last `NAME.safetensors`, the best of the last stage, with its branches merged where it has any (and
of a network of several scales one for each), and `result.json`, what they reach.

A run may be killed at any moment. Each file is replaced in one step, and a step's journal and best
weights are written before its checkpoint; what lies beyond the checkpoint is done again, and comes
out the same.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn

from superres.data.datasets.packed import PackedImages, pack
from superres.models.architecture import Architecture, StateDict
from superres.models.card import Card
from superres.models.catalogue import build_from_card
from superres.models.memory_layout import channels_last
from superres.models.weights import fill, load_network, read_weights, write_weights
from superres.models.writing import json_text, replace_file
from superres.training.channels import channels_of
from superres.training.checkpoint import read_checkpoint, write_checkpoint
from superres.training.companions import accompanied
from superres.training.distributed import check_shares, close_fabric, open_fabric, processes
from superres.training.ema import WeightAverage
from superres.training.folders import RunFolder, data_folder
from superres.training.keeping import keep_if_better
from superres.training.loaders import held_out_loader, stage_loader
from superres.training.loop import Progress, StageState, diverged, run_steps
from superres.training.memory import keep_freed_memory
from superres.training.objectives.adversarial import Adversary
from superres.training.objectives.checking import BY_FIDELITY, LAST
from superres.training.objectives.estimating import located, needs_earlier
from superres.training.objectives.supervised import SupervisedObjective
from superres.training.optimizers import optimizer
from superres.training.overrides import effective_recipe
from superres.training.recipe import Recipe
from superres.training.records.curves import curves, read_entries
from superres.training.records.environment import Environment, environment, resolve_precision
from superres.training.records.journal import JOURNAL, Journal
from superres.training.stage import RANDOM, Stage
from superres.training.strategies.categories import Categorising, accuracy, image_labels
from superres.training.strategies.growth import grow
from superres.training.strategies.members import fill_members, freeze
from superres.training.strategies.merging import is_branched, merged
from superres.training.strategies.pruning import pruned
from superres.training.validation import Validation
from superres.training.warm_start import Transfer, warm_start

_LOG = logging.getLogger(__name__)

Watcher = Callable[[Progress], None]

DRAW_EVERY = 60.0
"""Seconds at least between two pictures of the curves, besides the last; each takes a tenth of one."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run has reached."""

    weights: Path
    card: Card
    psnr: float
    """Mean over the validation images [dB], of the last stage's best averaged weights."""


def train(
    recipe_path: Path,
    *,
    output: Path | None = None,
    resume: bool = False,
    overrides: Sequence[str] = (),
    watch: Watcher | None = None,
) -> Result:
    """Run a recipe from its first stage to its last.

    Args:
        recipe_path: A TOML file.
        output: The run folder; `runs/` and the recipe's name where not given.
        resume: Go on with an interrupted run; bit for bit as if it had not been interrupted.
        overrides: Values set otherwise than in the file, such as `stages.0.steps=100`; see
            `superres.training.overrides`. The run folder keeps the recipe that results, which a resumed run must equal.
        watch: Called with each report. What it raises ends the run, which can be resumed.

    Returns:
        Where the weights lie, and what they reach on the validation images.

    Raises:
        InvalidRequestError: If an override has another form.
        InvalidConfigError: If the recipe makes no sense, or it or the images are not what the run began with.
        UnknownNameError: If the recipe has a key or a name that nothing answers to.
        ExistingFileError: If the folder holds a run and `resume` is not given.
        MissingFileError: If a folder of images, or a file of weights to start from, is missing.
        InvalidWeightsError: If a checkpoint or the weights to start from are damaged or do not fit.
    """
    keep_freed_memory()
    recipe, content = effective_recipe(recipe_path, overrides)
    folder = RunFolder(output or Path("runs") / recipe_path.stem)
    folder.check(recipe_path, content, resume=resume)
    name = " with ".join((recipe_path.name, *overrides))
    try:
        return _Run(recipe, name, content, folder).finish(watch or (lambda _: None))
    finally:
        close_fabric()


class _Run:
    """A recipe with everything opened that it names."""

    def __init__(self, recipe: Recipe, name: str, content: bytes, folder: RunFolder) -> None:
        self.recipe = recipe
        self.recipe_name = name
        self.recipe_content = content
        self._drawn_at = time.monotonic()
        self.folder = folder
        if recipe.threads:
            torch.set_num_threads(recipe.threads)
        device = Fabric(accelerator="auto", devices=1).device
        self.precision = resolve_precision(recipe.precision, device)
        for stage in recipe.stages:
            check_shares(stage.name, batch_size=stage.batch_size, alone=stage.needs_one_process, count=processes())
        self.fabric = open_fabric(self.precision)
        models = [recipe.trained(stage).read() for stage in recipe.stages]
        self.trained = [_card(recipe, name, known, config) for known, config in models]
        """Of the networks that the stages train."""
        self.made = [
            _card(recipe, name, known, recipe.made(stage))
            for (known, _), stage in zip(models, recipe.stages, strict=True)
        ]
        """Of those that they leave, which pruning makes narrower."""
        self.cache = folder.path.parent / "packed"
        degradation = recipe.data.drawn
        joint = [scale for stage in recipe.stages for scale in stage.joint_scales]
        scales = sorted({*joint, *(card.scale for card in self.trained)})
        self.channels = channels_of(self.made[-1])
        left_out = recipe.data.left_out()
        with self.fabric.rank_zero_first():  # it packs, the others open
            folders, held = [data_folder(name) for name in recipe.data.train], [] if degradation else scales
            self.images: PackedImages = pack(folders, self.cache, held, without=left_out, also_at=recipe.data.also_at)
            self.validations = {scale: self._validation(scale) for scale in scales}
        learned = "_resampled" if recipe.stages[-1].resampling is not None else ""
        kind = f"_{recipe.data.degradation}" if degradation else learned
        self._figure_parts = Path(recipe.data.validation).name.lower(), f"{recipe.validation.protocol}{kind}"
        self.figure = self._figure(BY_FIDELITY)
        """Name on the card of what the best weights reach on the validation images [dB]."""
        named = image_labels(recipe.data.train, recipe.data.labels, left_out) if recipe.data.labels else []
        self.labels = [label for label in named for _ in range(recipe.data.copies)]
        parts = [(stage, self.trained[index].scale, self._seed(index)) for index, stage in enumerate(recipe.stages)]
        self.loaders = [
            stage_loader(self.images, stage, recipe.data, scale=scale, seed=seed, labels=self.labels)
            for stage, scale, seed in parts
        ]
        with self.fabric.rank_zero_first():
            self.held_out = [
                held_out_loader(stage, recipe.data, self.cache, scale=scale, seed=seed) for stage, scale, seed in parts
            ]

    def _validation(self, scale: int) -> Validation:
        return Validation(
            data_folder(self.recipe.data.validation),
            self.cache,
            scale=scale,
            protocol_name=self.recipe.validation.protocol,
            channels=self.channels,
            degradation=self.recipe.data.drawn,
        )

    def finish(self, watch: Watcher) -> Result:
        """Run what is left of the stages."""
        first, state = self._position()
        stages = self.recipe.stages
        self._check_outside(stages[first:] if state is None else stages[first + 1 :])
        if self.fabric.is_global_zero:
            self.folder.open(self.recipe_content, self._environment())
        if first < len(stages):
            done = self._steps_before(first) + (0 if state is None else state["step"])
            # Of several processes the first writes, and the others have no journal.
            with closing(Journal(self.folder.path, done)) if self.fabric.is_global_zero else nullcontext() as journal:
                for index in range(first, len(stages)):
                    self._run_stage(index, state, journal, watch)
                    state = None
                    if journal is not None:
                        write_checkpoint(self.folder.checkpoint, {"stage": index + 1, "state": None})
                    self.fabric.barrier()  # the next stage may start from what this one has left
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
            if self.recipe.starts_outside(stage) or stage.members:
                index = self.recipe.stages.index(stage)
                self._start_weights(build_from_card(self.trained[index]), stage)
            if not needs_earlier(stage.terms, self._made_by(stage)):
                self._objective(stage)

    def _publish(self) -> Result:
        tensors, card = merged(*read_weights(self.folder.best_of(self.recipe.stages[-1].name)))
        path = self.folder.path / f"{card.name}.safetensors"
        if self.fabric.is_global_zero:
            write_weights(path, tensors, card)
            self._publish_siblings(card)
            self._draw()
            figures = {"figures": dict(card.figures), "steps": card.steps, "recipe": self.recipe_name}
            replace_file(self.folder.result, json_text({"weights": path.name, **figures}).encode())
        return Result(path, card, card.figures[self.figure])

    def _publish_siblings(self, own: Card) -> None:
        """The networks of other scales that the last stage has trained together with its own, and what they reach."""
        stage = self.recipe.stages[-1]
        for scale in [] if own.highest_scale else stage.joint_scales:
            if scale != own.scale:
                tensors, card = merged(*read_weights(self.folder.sibling_of(stage.name, scale)))
                network = build_from_card(card)
                fill(network, tensors, card.name)
                network = channels_last(network.to(self.fabric.device).eval())
                reached = self.validations[scale](network, device=self.fabric.device, precision=self.precision)
                path = self.folder.path / f"{card.name}.safetensors"
                write_weights(path, tensors, card.with_figures({self.figure: reached}))

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        entries = read_entries(self.folder.path / JOURNAL)
        replace_file(self.folder.curves, curves(entries, self.recipe_name).encode())

    def _run_stage(self, index: int, saved: dict[str, Any] | None, journal: Journal | None, watch: Watcher) -> None:
        stage = self.recipe.stages[index]
        state = self._begin(index, saved)
        steps = run_steps(
            stage, state, self.loaders[index], self.fabric, self.channels, objective=self._objective(stage)
        )
        with closing(steps) as reports:
            for report in reports:
                if journal is None:
                    continue
                # The checkpoint comes last: what it promises is then already on the disk.
                if state.step % self.recipe.validation.every == 0 or state.step == stage.steps:
                    self._validate(index, state, journal)
                    if time.monotonic() - self._drawn_at > DRAW_EVERY:
                        self._draw()
                if report is not None:
                    self._report(index, report, journal)
                    watch(report)
                if state.step % self.recipe.checkpoint_every == 0:
                    write_checkpoint(self.folder.checkpoint, {"stage": index, "state": state.to_dict()})

    def _begin(self, index: int, saved: dict[str, Any] | None) -> StageState:
        stage = self.recipe.stages[index]
        torch.manual_seed(self._seed(index))
        network = build_from_card(self.trained[index])
        if saved is None:
            transfer = self._start_weights(network, stage)
            if transfer is not None and transfer.fresh and self.fabric.is_global_zero:
                _LOG.warning("stage %s starts from %s, but %s", stage.name, stage.start, transfer.describe())
        freeze(network, stage.frozen)
        classes = len(set(self.recipe.data.labels.values()))
        network = accompanied(network, stage, self.trained[index], classes=classes, folder=self.folder)
        network = channels_last(network.to(self.fabric.device))
        state = StageState(network, optimizer(stage, network), WeightAverage(network, stage.average))
        if stage.adversarial is not None:
            state.adversary = Adversary(
                stage.adversarial, channels=self.channels.count, patch_size=stage.patch_size, fabric=self.fabric
            )
        if saved is not None:
            state.load_dict(saved)
        return state

    def _objective(self, stage: Stage) -> SupervisedObjective:
        return SupervisedObjective(stage.loss, located(stage.terms, self._made_by(stage)))

    def _made_by(self, stage: Stage) -> dict[str, Path]:
        """Where the estimators lie that the stages before this one make."""
        before = self.recipe.stages[: self.recipe.stages.index(stage)]
        return {each.name: self.folder.estimator_of(each.name) for each in before if each.is_sure}

    def _start_weights(self, network: nn.Module, stage: Stage) -> Transfer | None:
        """Fill a fresh network with what the stage starts from; what became of it, if the stage names a start."""
        fill_members(network, stage.members)
        if stage.start == RANDOM:
            return None
        tensors: StateDict
        if self.recipe.starts_outside(stage):
            loaded, card = load_network(stage.start)
            tensors = loaded.state_dict()
        else:
            tensors, card = read_weights(self.folder.best_of(stage.start))
        if not is_branched(network):
            tensors, card = merged(tensors, card)
        if stage.grows:
            grow(network, tensors, card, stage.start)
            return None
        return warm_start(network, tensors, stage.start)

    def _validate(self, index: int, state: StageState, journal: Journal) -> None:
        """Measure the averaged weights; keep them where they are the stage's best so far."""
        stage = self.recipe.stages[index]
        averaged = state.average.network if stage.pruning is None else pruned(state.average.network, stage.pruning)
        validation = self.validations[self.trained[index].scale]
        reached = validation(averaged, device=self.fabric.device, precision=self.precision)
        if math.isnan(reached):
            raise diverged(stage, state.step)
        journal.write(total_step=self._steps_before(index) + state.step, stage=stage.name, validation_psnr=reached)
        figures = {self.figure: reached}
        examined = self.held_out[index]
        if isinstance(averaged, Categorising) and examined is not None:
            told = accuracy(averaged, examined, self.channels, self.fabric.device)
            journal.write(total_step=self._steps_before(index) + state.step, stage=stage.name, validation_accuracy=told)
        if stage.keep not in (BY_FIDELITY, LAST):
            judged = validation(averaged, device=self.fabric.device, precision=self.precision, by=stage.keep)
            figures[self._figure(stage.keep)] = judged
            journal.write(
                total_step=self._steps_before(index) + state.step,
                stage=stage.name,
                **{f"validation_{stage.keep}": judged},
            )
        card = self.made[index].with_figures(figures)
        figure = self._figure(stage.keep)
        keep_if_better(self.folder, stage, averaged, trained=self.trained[index], made=card, figure=figure)

    def _figure(self, metric: str) -> str:
        return f"{self._figure_parts[0]}_{metric}_{self._figure_parts[1]}"

    def _report(self, index: int, report: Progress, journal: Journal) -> None:
        journal.write(
            total_step=self._steps_before(index) + report.step,
            stage=report.stage,
            loss=report.loss,
            learning_rate=report.learning_rate,
            images_per_second=report.images_per_second,
            **({} if report.discriminator_loss is None else {"discriminator_loss": report.discriminator_loss}),
        )

    def _environment(self) -> Environment:
        return environment(
            self.fabric.device,
            self.precision,
            data_sha256=self.images.content_hash,
            validation_sha256=self.validations[self.made[-1].scale].content_hash,
        )

    def _seed(self, index: int) -> int:
        return self.recipe.seed + 1000 * index

    def _steps_before(self, index: int) -> int:
        return sum(stage.steps for stage in self.recipe.stages[:index])


def _card(recipe: Recipe, name: str, known: Architecture, config: Any) -> Card:
    return known.card(recipe.model.name, config).with_training(
        trained_on=tuple(Path(name).name for name in recipe.data.train),
        recipe=name,
        steps=sum(stage.steps for stage in recipe.stages),
        licence=recipe.licence,
    )
