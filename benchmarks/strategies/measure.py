"""What a run has reached on Kodak24: PSNR of each image, of the image that `superres upscale` would give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from superres.data.datasets.rgb import read_rgb
from superres.evaluation.benchmark import evaluate
from superres.evaluation.measuring import batch, measured
from superres.evaluation.subject import Subject
from superres.image.files import image_files
from superres.inference.ensemble import Ensemble
from superres.inference.request import Request
from superres.inference.request import plan as opened
from superres.models.resampler import Resampler, read_resampler
from superres.training.folders import data_folder
from superres.training.records.journal import JOURNAL

PROTOCOL = "classical"
FOLDER = "validation/Kodak24"
Pixels = NDArray[np.uint8]


def psnrs(weights: Path, *, ensemble: Ensemble) -> dict[str, float]:
    """Of each image [dB], by name; of the network's own reduction where its run has learned one.

    Args:
        weights: In their run's folder.
        ensemble: Whether eight flips and turns of the image go through the network.
    """
    plan = opened(Request(model=str(weights), precision="float32", ensemble=ensemble))
    subject = Subject(name="network", model=str(weights), scale=plan.scale, plan=plan)
    learned = sorted((weights.parent / "stages").glob("*.resampler.safetensors"))
    if learned:
        return _on_own_reductions(subject, read_resampler(learned[-1]))
    table = evaluate({"Kodak24": data_folder(FOLDER)}, [subject], metrics=("psnr",), protocol_name=PROTOCOL)
    return {name: values["psnr"] for name, values in table.rows[0].images.items()}


def _on_own_reductions(subject: Subject, resampler: Resampler) -> dict[str, float]:
    found: dict[str, float] = {}
    for path in image_files(data_folder(FOLDER)):
        high = read_rgb(path, multiple_of=resampler.config.scale)
        low = reduced(high, resampler)
        planes = [batch(pixels) for pixels in (subject.restore(low), high, low)]
        found[path.stem] = measured("psnr", *planes, protocol_name=PROTOCOL, scale=subject.scale)
    return found


@torch.no_grad()
def reduced(high: Pixels, resampler: Resampler) -> Pixels:
    """What a learned reduction makes of an image, as a file would hold it."""
    planes = torch.tensor(high).permute(2, 0, 1)[None].float() / 255
    low = resampler(planes)[0].clamp(0, 1).permute(1, 2, 0)
    return (255 * low).round().to(torch.uint8).numpy()


def accuracy(run: Path) -> float | None:
    """The share of held-out patches whose kind a run has told in the end; None where it has learned no kinds."""
    journal = run / JOURNAL
    lines = journal.read_text("utf-8").splitlines() if journal.exists() else []
    found = [entry["validation_accuracy"] for entry in map(json.loads, lines) if "validation_accuracy" in entry]
    return found[-1] if found else None
