"""How much faster a step of training is than plain PyTorch's, and what making the batches adds to it.

    python benchmarks/training_speed.py [--rounds 15] [--threads 2] [--output benchmarks/results/training_speed.json]

SUPERRES_DATA names the folder of training images. RLFN ×4, 16 patches of 256 pixels, absolute error, Adam: the trainer
as `superres train` runs it, moving average and gradient clipping included, against the same network, loss and optimiser
in float32 with channels first. Both take turns in one process; the ratio of the medians counts, not the milliseconds.
The loader's share is the work of one batch, made alone on one thread, against the trainer's step.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from superres.data.datasets.packed import PackedImages, pack
from superres.data.degradation.presets import preset
from superres.data.loader import PatchLoader
from superres.evaluation.efficiency import latencies
from superres.models.catalogue import build
from superres.models.memory_layout import channels_last
from superres.training.distributed import open_fabric
from superres.training.ema import WeightAverage
from superres.training.folders import data_folder
from superres.training.loop import StageState, run_steps
from superres.training.optimizers import optimizer
from superres.training.stage import Stage

NAME = "rlfn_x4"
FOLDER = "train/bsds"
STAGE = Stage(
    name="measured",
    start="random",
    steps=1_000_000,
    batch_size=16,
    patch_size=256,
    loss={"l1": 1.0},
    optimizer="adam",
    betas=(0.9, 0.999),
    learning_rate=5e-4,
    final_learning_rate=5e-4,
    schedule="constant",
    warmup=0,
    clip_norm=1.0,
    average=0.999,
)


def loader(images: PackedImages, degradation: str = "bicubic") -> PatchLoader:
    """Of the stage."""
    return PatchLoader(
        images,
        scale=4,
        patch_size=STAGE.patch_size,
        batch_size=STAGE.batch_size,
        seed=1,
        degradation=None if degradation == "bicubic" else preset(degradation),
    )


def trainer(images: PackedImages) -> Callable[[], object]:
    """One step of `superres train` for each call."""
    network = channels_last(build(NAME)[0])
    state = StageState(network, optimizer(STAGE, network), WeightAverage(network, STAGE.average))
    steps = run_steps(STAGE, state, loader(images), open_fabric(torch.bfloat16))
    return lambda: next(steps)


def eager(images: PackedImages) -> Callable[[], object]:
    """One step as one writes it first: float32, channels first; its batch is there already."""
    network: nn.Module = build(NAME)[0].train()
    adam = torch.optim.Adam(network.parameters(), lr=STAGE.learning_rate)
    low, high = (each.contiguous().float() / 255 for each in loader(images).batch(0))

    def step() -> None:
        adam.zero_grad()
        functional.l1_loss(network(low), high).backward()
        adam.step()

    return step


def measured(rounds: int) -> dict[str, Any]:
    """All figures."""
    with TemporaryDirectory() as cache:
        images = pack([data_folder(FOLDER)], Path(cache), [4])
        times = latencies({"eager float32": eager(images), "superres": trainer(images)}, rounds=rounds)
        makers = {name: loader(images, name) for name in ("bicubic", "camera")}
        numbers = {name: iter(range(1_000_000)) for name in makers}
        batches = latencies(
            {name: lambda name=name: makers[name].batch(next(numbers[name])) for name in makers}, rounds=rounds
        )
    step = times["superres"].median
    return {
        "milliseconds": {name: asdict(found) for name, found in {**times, **batches}.items()},
        "times_faster_than_eager": round(times["eager float32"].median / step, 2),
        "share_of_the_loader": {name: round(found.median / step, 4) for name, found in batches.items()},
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    torch.set_num_threads(asked.threads)
    result = {
        "network": NAME,
        "batch": "16 patches of 256 pixels",
        "torch": torch.__version__,
        "processor": platform.processor() or platform.machine(),
        "threads": asked.threads,
        "rounds": asked.rounds,
        **measured(asked.rounds),
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
