"""How much faster than plain PyTorch a shipped network enlarges, in one interleaved run.

    python benchmarks/speed.py [--rounds 15] [--output benchmarks/results/speed.json]

Each contestant turns the same 480×270 uint8 image into a 1920×1080 uint8 image; they take turns, so that
what else the machine does hits them alike. The ratio of the medians counts, not the milliseconds.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

import superres
from superres.evaluation.efficiency import latencies
from superres.image.files import read_picture
from superres.image.pixels import to_integers, to_planes
from superres.inference.request import Request, plan
from superres.models.manifest import find
from superres.models.weights import load_network

NAME = "rlfn_compact_x4"
EXAMPLE = Path(__file__).parents[1] / "examples" / "lighthouse.webp"


def eager(image: Any) -> Callable[[], Any]:
    """PyTorch as one writes it first: float32, channels first, no compilation."""
    network, _ = load_network(NAME)

    @torch.inference_mode()
    def answer() -> Any:
        planes = network(torch.from_numpy(to_planes(image))[None])[0]
        return to_integers(planes.numpy(), np.uint8)

    return answer


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    image = read_picture(EXAMPLE).pixels[200:470, :480]
    contestants: dict[str, Callable[[], Any]] = {
        "PyTorch eager float32": eager(image),
        "superres": lambda: superres.upscale(image, model=NAME),
        "superres float32": lambda: superres.upscale(image, model=NAME, precision="float32"),
    }
    measured = latencies(contestants, rounds=asked.rounds)
    base = measured["PyTorch eager float32"].median
    result = {
        "network": NAME,
        "parameters": find(NAME).parameters,
        "input": "480×270",
        "engine": plan(Request(model=NAME)).describe(),
        "torch": torch.__version__,
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "rounds": asked.rounds,
        "milliseconds": {name: asdict(found) for name, found in measured.items()},
        "times_faster_than_eager": {name: round(base / found.median, 2) for name, found in measured.items()},
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
