"""Published figures, computed anew: bicubic on Set5, and the authors' RLFN files.

    python benchmarks/published.py [--output benchmarks/results/published.json]

SUPERRES_DATA names the folder of test images and official weights.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from superres.data.datasets.benchmarks import benchmark_pairs, load_pair, share_not_bicubic
from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.image.colour import rgb_to_luma
from superres.image.geometry import shave
from superres.image.pixels import to_planes
from superres.image.resize import resize
from superres.models.cost import cost
from superres.models.weights import load_network
from superres.training.folders import data_folder

OFFICIAL = {"rlfn_x4": 32.24, "rlfn_s_x2": 38.05, "rlfn_ntire_x4": 32.10}
"""PSNR on Set5 as published."""


def rounded(values: Any) -> Any:
    """To whole steps of 255."""
    return np.floor(values + 0.5).clip(0, 255)


def luma_bicubic(scale: int) -> float:
    """The classical baseline, as SRCNN's code computes it: luma in whole steps, reduced and enlarged as it is."""
    values: list[float] = []
    for pair in benchmark_pairs(data_folder("testsets/Set5"), scale):
        luma = rounded(rgb_to_luma(to_planes(load_pair(pair, scale).high).astype(np.float64)) * 255)
        restored = rounded(resize(resize(luma, scale=1 / scale), scale=scale))
        values.append(10 * np.log10(255**2 / np.mean(np.square(shave(restored, scale) - shave(luma, scale)))))
    return float(np.mean(values))


def identical(scale: int) -> str:
    """How many of the published low-resolution images come out identical."""
    pairs = [load_pair(pair, scale) for pair in benchmark_pairs(data_folder("testsets/Set5"), scale)]
    same = sum(share_not_bicubic(pair.high, pair.low, scale) == 0 for pair in pairs)
    return f"{same} of {len(pairs)}"


def official(name: str) -> dict[str, Any]:
    """An authors' file: its counts, and what it reaches."""
    path = data_folder("weights/rlfn") / f"{name}.pth"
    network, _ = load_network(path)
    counts = cost(network, channels=3, height=256, width=256)
    judged = subjects([str(path)], (), "float32")
    folders = {name: data_folder(f"testsets/{name}") for name in ("Set5", "Set14")}
    reached = {row.dataset: round(row.mean("psnr"), 4) for row in evaluate(folders, judged, metrics=["psnr"]).rows}
    return {
        "parameters": counts.parameters,
        "gmac_256": round(counts.macs / 1e9, 3),
        "activations_256": counts.activations,
        "convolutions": counts.convolutions,
        "published_set5": OFFICIAL[name],
        **reached,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    torch.manual_seed(0)
    result: dict[str, Any] = {
        "identical low-resolution images of Set5": {f"x{scale}": identical(scale) for scale in (2, 3, 4)},
        "bicubic on Y of Set5": {f"x{scale}": round(luma_bicubic(scale), 4) for scale in (2, 3, 4)},
        "official RLFN": {name: official(name) for name in OFFICIAL},
    }
    text = json.dumps(result, indent=2)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
