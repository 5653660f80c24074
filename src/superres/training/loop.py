"""The training loop: one stage, from its first step (or where it was interrupted) to its last."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from superres.data.loader import PatchLoader
from superres.errors import InvalidConfigError
from superres.training.ema import WeightAverage
from superres.training.objectives.supervised import SupervisedObjective
from superres.training.optimizers import set_learning_rate
from superres.training.recipe import Stage
from superres.training.schedules import learning_rate

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


@dataclass(slots=True)
class StageState:
    """All that changes while a stage runs."""

    network: nn.Module
    optimizer: Optimizer
    average: WeightAverage
    step: int = 0
    best_psnr: float = -math.inf
    losses: list[Tensor] = field(default_factory=list[Tensor])

    def to_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "best_psnr": self.best_psnr,
        }

    def load_dict(self, values: dict[str, Any]) -> None:
        """Back to where a checkpoint was written."""
        self.network.load_state_dict(values["network"])
        self.average.network.load_state_dict(values["average"])
        self.optimizer.load_state_dict(values["optimizer"])
        self.step = values["step"]
        self.best_psnr = values["best_psnr"]


def run_steps(
    stage: Stage,
    state: StageState,
    loader: PatchLoader,
    fabric: Fabric,
    after_step: Callable[[StageState], None],
) -> Iterator[Progress]:
    """Train until the stage is done.

    Args:
        stage: Its settings.
        state: Changed in place; begins at `state.step`.
        loader: Gives batch number k as a pure function of its seed and k.
        fabric: Device and precision.
        after_step: Called after every step; validates and saves when it is time.

    Yields:
        A report every few steps.

    Raises:
        InvalidConfigError: If the loss is no longer finite.
    """
    objective = SupervisedObjective(stage.loss)
    network, optimizer = fabric.setup(state.network, state.optimizer)
    network.train()
    started = time.perf_counter()
    for low, high in loader.batches(state.step, stage.steps):
        set_learning_rate(state.optimizer, learning_rate(stage, state.step))
        loss = objective(network, _on_device(low, fabric.device), _on_device(high, fabric.device))
        optimizer.zero_grad()
        fabric.backward(loss)
        if stage.clip_norm > 0:
            nn.utils.clip_grad_norm_(state.network.parameters(), stage.clip_norm)
        optimizer.step()
        state.average.update(state.step)
        state.step += 1
        state.losses.append(loss.detach())
        after_step(state)
        if state.step % REPORT_EVERY == 0 or state.step == stage.steps:
            yield _report(stage, state, time.perf_counter() - started)
            started = time.perf_counter()


def _on_device(batch: Tensor, device: torch.device) -> Tensor:
    """uint8 in 0..255 to channels-last float in [0, 1] on the device; the bytes travel, not the floats."""
    moved = batch.to(device, non_blocking=True)
    return moved.float().div_(255).contiguous(memory_format=torch.channels_last)


def _report(stage: Stage, state: StageState, seconds: float) -> Progress:
    loss = float(torch.stack(state.losses).mean())
    done = len(state.losses)
    state.losses.clear()
    if not math.isfinite(loss):
        raise InvalidConfigError(
            f"stage {stage.name!r}: the loss is no longer finite at step {state.step}; "
            "a lower learning_rate, a longer warmup or a smaller clip_norm would help"
        )
    return Progress(
        stage=stage.name,
        step=state.step,
        steps=stage.steps,
        loss=loss,
        learning_rate=learning_rate(stage, state.step - 1),
        images_per_second=done * stage.batch_size / seconds,
    )
