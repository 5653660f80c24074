"""The training loop: one stage, from its first step (or where it was interrupted) to its last."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from superres.data.loader import Batch, PatchLoader
from superres.errors import InvalidConfigError
from superres.training.channels import RGB, Channels
from superres.training.companions import own_terms
from superres.training.distributed import mean_of_all, share
from superres.training.ema import WeightAverage
from superres.training.objectives.adversarial import Adversary
from superres.training.objectives.answers import Answering
from superres.training.objectives.sampling import Places, picked, sampled_places
from superres.training.objectives.supervised import SupervisedObjective
from superres.training.optimizers import clip_gradients, set_learning_rate
from superres.training.schedules import learning_rate
from superres.training.stage import Stage
from superres.training.strategies.pruning import silence

REPORT_EVERY = 50
"""Steps over which the reported loss is averaged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What a watcher of the run may show."""

    stage: str
    step: int
    """Steps done in this stage."""
    steps: int
    """Steps of this stage."""
    loss: float
    """Mean over the steps since the last report."""
    learning_rate: float
    images_per_second: float
    discriminator_loss: float | None = None
    """The same mean of the discriminator's loss in an adversarial stage."""


@dataclass(slots=True)
class StageState:
    """All that changes while a stage runs."""

    network: nn.Module
    optimizer: Optimizer
    average: WeightAverage
    step: int = 0
    """Steps done."""
    losses: list[Tensor] = field(default_factory=list[Tensor])
    """Of the steps since the last report."""
    adversary: Adversary | None = None
    """The discriminator of an adversarial stage."""

    def to_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "losses": torch.stack(self.losses) if self.losses else torch.empty(0),
            **({} if self.adversary is None else {"adversary": self.adversary.to_dict()}),
        }

    def load_dict(self, values: dict[str, Any]) -> None:
        """Back to where a checkpoint was written."""
        self.network.load_state_dict(values["network"])
        self.average.network.load_state_dict(values["average"])
        self.optimizer.load_state_dict(values["optimizer"])
        self.step = values["step"]
        device = next(self.network.parameters()).device
        self.losses = list(values["losses"].to(device))
        if self.adversary is not None:
            self.adversary.load_dict(values["adversary"])


def run_steps(
    stage: Stage,
    state: StageState,
    loader: PatchLoader,
    fabric: Fabric,
    channels: Channels = RGB,
    *,
    objective: SupervisedObjective | None = None,
) -> Generator[Progress | None, None, None]:
    """Train until the stage is done.

    Args:
        stage: Its settings.
        state: Changed in place; begins at `state.step`.
        loader: Gives batch number k as a pure function of its seed and k.
        fabric: Device and precision.
        channels: What the network sees of the loader's RGB patches.
        objective: What is minimised; made from the stage's settings where not given.

    Yields:
        After every step, so that the caller validates and saves when it is time: a report when one is
        due, otherwise nothing.

    Raises:
        InvalidConfigError: If the loss is no longer finite.
    """
    objective = SupervisedObjective(stage.loss, stage.terms) if objective is None else objective
    adversary = state.adversary
    network, optimizer = fabric.setup(Answering(state.network), state.optimizer)
    network.train()
    batches = _batches(stage, state, loader)
    seconds, images = 0.0, 0
    started = time.perf_counter()
    while state.step < stage.steps:
        set_learning_rate(state.optimizer, learning_rate(stage, state.step))
        optimizer.zero_grad()
        for number, (pair, labels) in enumerate(islice(batches, stage.accumulate), state.step * stage.accumulate):
            low, high = (_on_device(share(each, fabric), fabric.device, channels) for each in pair)
            scale = high.shape[-1] / low.shape[-1] if stage.scales or stage.sampled_pixels else None
            places = _places(pair[1], stage, (loader.seed, number), fabric, channels) if stage.sampled_pixels else None
            begun = low if stage.resampling is None else high
            answers = network(begun, state.step / stage.steps, scale, places)
            loss = objective(answers, high if places is None else picked(high, places), low)
            loss = loss + own_terms(state.network, stage, None if labels is None else share(labels, fabric))
            if adversary is not None:
                loss = loss + adversary.persuasion(answers[0][0], high)
            if _network_learns(stage, state):
                fabric.backward(loss / stage.accumulate)
            if adversary is not None:
                adversary.learn(answers[0][0], high, (loader.seed, number), share=1 / stage.accumulate)
            state.losses.append(mean_of_all(loss.detach(), fabric))
            images += len(pair[0])
        _step(stage, state, optimizer)
        is_due = state.step % REPORT_EVERY == 0 or state.step == stage.steps
        mean = _mean_loss(stage, state) if is_due else None
        seconds += time.perf_counter() - started
        yield None if mean is None else _report(stage, state, mean, images / seconds)
        if is_due:
            seconds, images = 0.0, 0
        started = time.perf_counter()  # what the caller did meanwhile is not the training's speed


def _step(stage: Stage, state: StageState, optimizer: Optimizer) -> None:
    """One step with the gradients that are there, of both players where there are two."""
    if _network_learns(stage, state):
        clip_gradients(stage, state.network, state.optimizer)
        optimizer.step()
        state.average.update(state.step)
    if state.adversary is not None:
        state.adversary.step(learning_rate(stage, state.step))
    if stage.pruning is not None and (state.step + 1) % stage.pruning.every == 0:
        silence(state.network, stage.pruning)
    state.step += 1


def _network_learns(stage: Stage, state: StageState) -> bool:
    return stage.adversarial is None or stage.adversarial.network_learns_at(state.step)


def _batches(stage: Stage, state: StageState, loader: PatchLoader) -> Iterator[tuple[Batch, Tensor | None]]:
    """What is left of the stage's batches, with categories where it learns them."""
    start, stop = state.step * stage.accumulate, stage.steps * stage.accumulate
    if stage.classification is not None:
        return loader.labelled_batches(start, stop)
    return ((pair, None) for pair in loader.batches(start, stop))


def _on_device(batch: Tensor, device: torch.device, channels: Channels) -> Tensor:
    """RGB of uint8 to what the network sees, channels-last float on the device; the bytes travel, not the floats."""
    rgb = batch.to(device, non_blocking=True).float().div_(255)
    return channels.seen(rgb).contiguous(memory_format=torch.channels_last)


def _places(high: Tensor, stage: Stage, key: tuple[int, int], fabric: Fabric, channels: Channels) -> Places:
    """Where this process's patches are sampled: the places are drawn for the whole batch."""
    seen = channels.seen(high[:, :, :1, :1].float()).expand(-1, -1, *high.shape[2:])
    rows, columns = sampled_places(seen, stage.sampled_pixels, key)
    return share(rows, fabric).to(fabric.device), share(columns, fabric).to(fabric.device)


def _mean_loss(stage: Stage, state: StageState) -> float:
    """Mean since the last report; the count begins anew."""
    loss = float(torch.stack(state.losses).mean())
    state.losses.clear()
    if not math.isfinite(loss):
        raise diverged(stage, state.step)
    return loss


def diverged(stage: Stage, step: int) -> InvalidConfigError:
    """The error for a training that has run away, ready to be raised."""
    return InvalidConfigError(
        f"stage {stage.name!r}: the loss is no longer finite at step {step}; "
        "a lower learning_rate, a longer warmup or a smaller clip_norm would help"
    )


def _report(stage: Stage, state: StageState, loss: float, speed: float) -> Progress:
    return Progress(
        stage=stage.name,
        step=state.step,
        steps=stage.steps,
        loss=loss,
        learning_rate=learning_rate(stage, state.step - 1),
        images_per_second=speed,
        discriminator_loss=None if state.adversary is None else state.adversary.mean_loss(),
    )
