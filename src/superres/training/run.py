"""A whole training, read this first: for each stage, start, train, keep the best.

The run folder explains itself: `recipe.toml`, `environment.json`, `journal.jsonl`, `tensorboard/`,
`checkpoint.pt` to go on from, `stages/NAME.safetensors` (the best averaged weights of each stage)
and at last `NAME.safetensors`, the best of the last stage.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from superres.data.datasets.packed import PackedImages, pack
from superres.data.loader import PatchLoader
from superres.errors import ExistingFileError, InvalidConfigError
from superres.models.card import Card
from superres.models.catalogue import architecture, build_from_card
from superres.models.weights import load_network, read_weights, write_weights
from superres.training.checkpoint import read_checkpoint, write_checkpoint
from superres.training.ema import WeightAverage
from superres.training.environment import environment, resolve_precision
from superres.training.folders import data_folder
from superres.training.journal import Journal
from superres.training.loop import Progress, StageState, run_steps
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
        watch: Called with each report.

    Returns:
        Where the weights lie, and what they reach on the validation images.

    Raises:
        InvalidConfigError: If the recipe makes no sense, or is not the one the run began with.
        ExistingFileError: If the folder holds a run and `resume` is not given.
        MissingFileError: If a folder of images is missing.
        InvalidWeightsError: If a checkpoint or the weights to start from are damaged.
    """
    recipe = read_recipe(recipe_path)
    folder = output or Path("runs") / recipe_path.stem
    _open_folder(folder, recipe_path, resume)
    run = _Run(recipe, recipe_path, folder)
    return run.finish(watch or (lambda _: None))


def _open_folder(folder: Path, recipe_path: Path, resume: bool) -> None:
    own = folder / "recipe.toml"
    if own.exists() and not resume:
        raise ExistingFileError(
            f"{folder} already holds a run; give --resume to go on with it, or another folder with --output"
        )
    if own.exists() and own.read_bytes() != recipe_path.read_bytes():
        raise InvalidConfigError(
            f"{recipe_path} differs from the recipe that the run in {folder} began with; use another --output"
        )
    (folder / "stages").mkdir(parents=True, exist_ok=True)
    if not own.exists():
        shutil.copyfile(recipe_path, own)


class _Run:
    """A recipe with everything opened that it names."""

    def __init__(self, recipe: Recipe, recipe_path: Path, folder: Path) -> None:
        self.recipe = recipe
        self.folder = folder
        if recipe.threads:
            torch.set_num_threads(recipe.threads)
        device = Fabric(accelerator="auto", devices=1).device
        self.precision = resolve_precision(recipe.precision, device)
        self.fabric = Fabric(
            accelerator="auto", devices=1, precision="bf16-mixed" if self.precision == torch.bfloat16 else "32-true"
        )
        self.card = self._card(recipe_path)
        cache = folder.parent / "packed"
        self.images: PackedImages = pack([data_folder(name) for name in recipe.data.train], cache, [self.card.scale])
        self.validation = Validation(
            data_folder(recipe.data.validation), cache, scale=self.card.scale, protocol_name=recipe.validation.protocol
        )
        facts = environment(device, self.precision, self.images.content_hash)
        (folder / "environment.json").write_text(json.dumps(asdict(facts), indent=2) + "\n", encoding="utf-8")

    def _card(self, recipe_path: Path) -> Card:
        model = self.recipe.model
        known = architecture(model.architecture)
        card = known.card(model.name, known.read_config(model.config))
        return card.with_training(
            trained_on=tuple(Path(name).name for name in self.recipe.data.train),
            recipe=recipe_path.name,
            steps=sum(stage.steps for stage in self.recipe.stages),
            licence=self.recipe.licence,
        )

    def finish(self, watch: Watcher) -> Result:
        """Run what is left of the stages."""
        checkpoint = self.folder / "checkpoint.pt"
        saved = read_checkpoint(checkpoint) if checkpoint.exists() else {"stage": 0, "state": None}
        journal = Journal(self.folder, self._steps_before(saved["stage"]) + (saved["state"] or {"step": 0})["step"])
        best = saved.get("best_psnr", 0.0)
        for index in range(saved["stage"], len(self.recipe.stages)):
            best = self._run_stage(index, saved["state"], journal, watch)
            saved = {"stage": index + 1, "state": None}
            write_checkpoint(checkpoint, {**saved, "best_psnr": best})
        journal.close()
        return self._publish(best)

    def _publish(self, best: float) -> Result:
        tensors, card = read_weights(self._best_of(self.recipe.stages[-1].name))
        path = self.folder / f"{card.name}.safetensors"
        write_weights(path, tensors, card)
        return Result(path, card, best)

    def _run_stage(self, index: int, saved: dict[str, Any] | None, journal: Journal, watch: Watcher) -> float:
        stage = self.recipe.stages[index]
        state = self._begin(index, saved)
        loader = PatchLoader(
            self.images,
            scale=self.card.scale,
            patch_size=stage.patch_size,
            batch_size=stage.batch_size,
            seed=self.recipe.seed + 1000 * index,
        )

        def after_step(state: StageState) -> None:
            if state.step % self.recipe.validation.every == 0 or state.step == stage.steps:
                self._validate(index, state, journal)
            if state.step % self.recipe.checkpoint_every == 0:
                write_checkpoint(self.folder / "checkpoint.pt", {"stage": index, "state": state.to_dict()})

        for progress in run_steps(stage, state, loader, self.fabric, after_step):
            journal.write(
                total_step=self._steps_before(index) + progress.step,
                stage=stage.name,
                loss=progress.loss,
                learning_rate=progress.learning_rate,
                images_per_second=progress.images_per_second,
            )
            watch(progress)
        return state.best_psnr

    def _begin(self, index: int, saved: dict[str, Any] | None) -> StageState:
        stage = self.recipe.stages[index]
        torch.manual_seed(self.recipe.seed + 1000 * index)
        network = build_from_card(self.card)
        if saved is None:
            self._start_weights(network, stage)
        network = network.to(self.fabric.device, memory_format=torch.channels_last)
        state = StageState(network, optimizer(stage, network), WeightAverage(network, stage.average))
        if saved is not None:
            state.load_dict(saved)
        return state

    def _start_weights(self, network: torch.nn.Module, stage: Stage) -> None:
        if stage.start == RANDOM:
            return
        if stage.start in {other.name for other in self.recipe.stages}:
            tensors, _ = read_weights(self._best_of(stage.start))
        else:
            tensors = load_network(stage.start)[0].state_dict()
        warm_start(network, tensors, stage.start)

    def _validate(self, index: int, state: StageState, journal: Journal) -> None:
        stage = self.recipe.stages[index]
        reached = self.validation(state.average.network, device=self.fabric.device, precision=self.precision)
        journal.write(total_step=self._steps_before(index) + state.step, stage=stage.name, validation_psnr=reached)
        if reached > state.best_psnr:
            state.best_psnr = reached
            write_weights(self._best_of(stage.name), state.average.network.state_dict(), self.card)

    def _best_of(self, stage: str) -> Path:
        return self.folder / "stages" / f"{stage}.safetensors"

    def _steps_before(self, index: int) -> int:
        return sum(stage.steps for stage in self.recipe.stages[:index])
