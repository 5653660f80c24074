"""Engines and precisions against plain PyTorch, and superres against the engines used directly; one interleaved run.

    python benchmarks/engines.py [--rounds 15] [--model rlfn_compact_x4] [--output benchmarks/results/engines.json]

First, the same 480×270 uint8 image becomes a 1920×1080 uint8 image in every way that superres has, and in plain
PyTorch. Then the networks alone answer the same float32 planes, through superres and through each engine as its own
documents show it. All take turns, so that what else the machine does hits them alike; the ratio of the medians counts,
not the milliseconds. `decibels` is how near an answer is to PyTorch's in float32; the loss of PSNR on Set5 and Kodak24
is the manifest's.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import openvino
import torch

import superres
from superres.errors import InvalidRequestError
from superres.evaluation.efficiency import Latency, latencies
from superres.image.files import read_picture
from superres.image.pixels import to_integers, to_planes
from superres.inference.backends.backend import Planes
from superres.inference.backends.catalogue import open_model
from superres.inference.backends.engines import KNOWN
from superres.inference.machine import instructions, processor
from superres.inference.precision import Precision
from superres.models.manifest import Entry, find
from superres.models.weights import load_network

EXAMPLE = Path(__file__).parents[1] / "examples" / "lighthouse.webp"
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16", "int8")
EAGER = "PyTorch eager float32"


def eager(name: str, image: Any) -> Callable[[], Any]:
    """PyTorch as one writes it first: float32, channels first, no compilation."""
    network, _ = load_network(name)

    @torch.inference_mode()
    def answer() -> Any:
        planes = network(torch.from_numpy(to_planes(image))[None])[0]
        return to_integers(planes.numpy(), np.uint8)

    return answer


def ways(name: str) -> list[tuple[Any, Precision]]:
    """Engines and precisions that open the network."""
    found: list[tuple[Any, Precision]] = []
    for engine in (entry.name for entry in KNOWN if entry.is_installed):
        for precision in PRECISIONS:
            try:
                open_model(name, precision, engine=engine)
            except InvalidRequestError:
                continue
            found.append((engine, precision))
    return found


def directly(entry: Entry, planes: Planes) -> dict[str, Callable[[], Any]]:
    """The engines by their own interfaces, as their documents show them, for graphs of one fixed size."""
    core: Any = openvino.Core()

    def by_openvino(path: Path, hint: str) -> Callable[[], Any]:
        model = core.read_model(path)
        model.reshape(list(planes.shape))
        request = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": hint}).create_infer_request()
        return lambda: request.infer([planes])[0]

    def by_onnx_runtime(path: Path) -> Callable[[], Any]:
        options: Any = onnxruntime.SessionOptions()
        # Its threads would spin in the time of whoever comes next.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session: Any = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return lambda: session.run(None, {name: planes})[0]

    native = "bf16" if "BF16" in instructions() else "f32"
    found = {
        "openvino float32": by_openvino(entry.graph_path, "f32"),
        "openvino bfloat16": by_openvino(entry.graph_path, "bf16"),
        "onnxruntime float32": by_onnx_runtime(entry.graph_path),
    }
    if entry.eight_bit:
        found["openvino int8"] = by_openvino(entry.eight_bit_path, native)
        found["onnxruntime int8"] = by_onnx_runtime(entry.eight_bit_path)
    return found


def alone(name: str, planes: Planes) -> dict[str, Callable[[], Any]]:
    """The networks through superres, without pictures around them."""

    def by(engine: Any, precision: Precision) -> Callable[[], Any]:
        backend = open_model(name, precision, engine=engine)
        return lambda: backend.upscale(planes)

    return {f"{engine} {precision}": by(engine, precision) for engine, precision in ways(name)}


def decibels(found: Planes, expected: Planes) -> float:
    """How near an answer is."""
    return round(float(-10 * np.log10(np.square(found - expected).mean() + 1e-14)), 1)


def whole_pictures(name: str, image: Any, rounds: int) -> Mapping[str, Latency]:
    """Every way of superres, and PyTorch's, from uint8 to uint8."""

    def by(engine: Any, precision: Precision) -> Callable[[], Any]:
        return lambda: superres.upscale(image, model=name, engine=engine, precision=precision)

    contestants = {f"{engine} {precision}": by(engine, precision) for engine, precision in ways(name)}
    return latencies({EAGER: eager(name, image), **contestants}, rounds=rounds)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--model", default="rlfn_compact_x4")
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    image = read_picture(EXAMPLE).pixels[200:470, :480]
    planes, entry = to_planes(image)[None], find(asked.model)
    through, direct = alone(asked.model, planes), directly(entry, planes)
    pictures = whole_pictures(asked.model, image, asked.rounds)
    networks = latencies({**{f"superres: {name}": run for name, run in through.items()}, **direct}, rounds=asked.rounds)
    exact = open_model(asked.model, "float32", engine="pytorch").upscale(planes)
    base = pictures[EAGER].median
    ratios = {name: round(networks[f"superres: {name}"].median / networks[name].median, 3) for name in direct}
    best_direct = min(networks[name].median for name in direct)
    best_own = min(networks[f"superres: {name}"].median for name in through)
    result = {
        "network": asked.model,
        "input": "480×270",
        "processor": processor(),
        "instructions": instructions(),
        "cores": os.cpu_count(),
        "engines": {entry.name: entry.version for entry in KNOWN},
        "rounds": asked.rounds,
        "times_faster_than_eager": {name: round(base / found.median, 2) for name, found in pictures.items()},
        "through_superres_over_directly": ratios,
        "fastest_through_superres_over_fastest_directly": round(best_own / best_direct, 3),
        "decibels_to_float32": {name: decibels(run(), exact) for name, run in through.items()},
        "loss_of_8_bit": {
            name: round(entry.card.figures[name] - value, 4) for name, value in entry.eight_bit_figures.items()
        },
        "milliseconds_of_pictures": {name: asdict(found) for name, found in pictures.items()},
        "milliseconds_of_networks": {name: asdict(found) for name, found in networks.items()},
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
