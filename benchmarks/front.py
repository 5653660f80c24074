"""Quality against time: every way to enlarge a picture four times, and which of them nothing beats.

    python benchmarks/front.py [--rounds 15] [--output benchmarks/results/front.json] [--plot docs/front.png]

PSNR on Y, mean over Kodak24 (protocol `classical`), against milliseconds for a megapixel of the result: the same
480×270 uint8 image becomes 1920×1080 uint8 in all ways in turns, so that what else the machine does hits them alike.
Rivals: Pillow's and OpenCV's interpolations; FSRCNN and ESPCN as published, trained on our images by front/*.toml, in
OpenCV's own engine (as its `dnn_superres` ran them: Y through the network, colours by bicubic interpolation) and in
superres; and our default network in other engines. `best` is the default network with eight flips and turns.
SUPERRES_DATA names the folder of test images.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import matplotlib as mpl
import numpy as np
import torch
from matplotlib import pyplot as plt
from PIL import Image

import superres
from superres.evaluation.efficiency import latencies
from superres.export.onnx import export_onnx
from superres.image.files import image_files, read_picture
from superres.image.geometry import crop_to_multiple
from superres.image.pixels import to_integers, to_planes
from superres.image.resize import resize_integers
from superres.inference.machine import instructions, processor
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.weights import load_network
from superres.training.folders import data_folder

EXAMPLE = Path(__file__).parents[1] / "examples" / "lighthouse.webp"
NEAR = 0.2
"""Decibels between points whose names would meet."""
RIVALS = Path(__file__).parent / "front"
SCALE = 4
DEFAULT, TINY = "rlfn_compact_x4", "ecbsr_tiny_x4"

Way = Callable[[Any], Any]
"""(h, w, 3) to (4·h, 4·w, 3), uint8."""


@dataclass(frozen=True, slots=True)
class Point:
    """A way, and what it reaches."""

    way: Way
    quality_of: str = ""
    """Another way with the same answers, measured once; this one's are measured where empty."""


def pillow(kind: Any) -> Way:
    """Pillow's interpolation."""

    def way(low: Any) -> Any:
        return np.asarray(Image.fromarray(low).resize((SCALE * low.shape[1], SCALE * low.shape[0]), kind))

    return way


def opencv(kind: int) -> Way:
    """OpenCV's interpolation."""

    def way(low: Any) -> Any:
        return cv2.resize(low, None, fx=SCALE, fy=SCALE, interpolation=kind)

    return way


def opencv_network(graph: Path) -> Way:
    """A network of luma in OpenCV's engine."""
    network: Any = cv2.dnn.readNetFromONNX(str(graph))

    def way(low: Any) -> Any:
        ycrcb = cv2.cvtColor(low, cv2.COLOR_RGB2YCrCb)
        network.setInput((ycrcb[None, None, ..., 0] * np.float32(219 / 255) + np.float32(16)) / np.float32(255))
        luma = (network.forward()[0, 0] * np.float32(255) - np.float32(16)) * np.float32(255 / 219)
        high = cv2.resize(ycrcb, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
        high[..., 0] = np.clip(luma + np.float32(0.5), 0, 255)
        return cv2.cvtColor(high, cv2.COLOR_YCrCb2RGB)

    return way


def ours(model: str, **options: Any) -> Way:
    """The command's way, in memory."""
    return lambda low: superres.upscale(low, model=model, **options)


def eager(model: str) -> Way:
    """PyTorch as one writes it first."""
    network, _ = load_network(model)

    @torch.inference_mode()
    def way(low: Any) -> Any:
        return to_integers(network(torch.from_numpy(to_planes(low))[None])[0].numpy(), np.uint8)

    return way


def points(scratch: Path) -> dict[str, Point]:
    """Everything that takes turns."""
    openvino = {"engine": "openvino"}
    found = {
        "Pillow bicubic": Point(pillow(Image.Resampling.BICUBIC)),
        "Pillow Lanczos": Point(pillow(Image.Resampling.LANCZOS)),
        "OpenCV bicubic": Point(opencv(cv2.INTER_CUBIC)),
        "OpenCV Lanczos": Point(opencv(cv2.INTER_LANCZOS4)),
    }
    for name in ("espcn", "fsrcnn"):
        weights, graph = RIVALS / f"{name}_x4.safetensors", scratch / f"{name}_x4.onnx"
        export_onnx(weights, graph)
        found[f"{name.upper()}, OpenCV"] = Point(opencv_network(graph))
        found[f"{name.upper()}, superres"] = Point(ours(str(graph), **openvino))
    exact = "superres default, float32"
    return found | {
        "superres tiny, bfloat16": Point(ours(TINY, precision="bfloat16", **openvino)),
        "superres tiny, int8": Point(ours(TINY, precision="int8", **openvino)),
        exact: Point(ours(DEFAULT, precision="float32", **openvino)),
        "superres default, bfloat16": Point(ours(DEFAULT, precision="bfloat16", **openvino)),
        "superres default, int8": Point(ours(DEFAULT, precision="int8", **openvino)),
        "superres best, bfloat16": Point(ours(DEFAULT, precision="bfloat16", ensemble="mean", **openvino)),
        "superres best, int8": Point(ours(DEFAULT, precision="int8", ensemble="mean", **openvino)),
        "default, ONNX Runtime": Point(ours(DEFAULT, engine="onnxruntime", precision="float32"), quality_of=exact),
        "default, ncnn": Point(ours(DEFAULT, engine="ncnn", precision="float32"), quality_of=exact),
        "default, PyTorch": Point(eager(DEFAULT), quality_of=exact),
        "tiny, PyTorch": Point(eager(TINY)),
    }


def quality(way: Way) -> float:
    """Mean PSNR on Y [dB]."""
    judged = protocol("classical")
    values: list[float] = []
    for path in image_files(data_folder("validation/Kodak24")):
        reference = crop_to_multiple(read_picture(path).pixels, SCALE)
        restored = way(resize_integers(reference, scale=1 / SCALE))
        tensors = [torch.from_numpy(to_planes(np.asarray(each, np.uint8)))[None] for each in (restored, reference)]
        values.append(float(psnr(*judged.prepare(*tensors, scale=SCALE))))
    return round(float(np.mean(values)), 3)


def on_the_front(reached: Mapping[str, tuple[float, float]]) -> list[str]:
    """Those that nothing beats in both time and quality, from the fastest on."""
    front: list[str] = []
    for name in sorted(reached, key=lambda name: reached[name]):
        if not front or reached[name][1] > reached[front[-1]][1]:
            front.append(name)
    return front


def draw(path: Path, reached: Mapping[str, tuple[float, float]], front: list[str]) -> None:
    """The plot."""
    mpl.use("Agg")
    figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")
    sides: dict[tuple[float, float], int] = {}
    for name, (time, value) in sorted(reached.items(), key=lambda item: item[1]):
        colour = "tab:blue" if name.startswith("superres") else "tab:grey"
        near = [side for (other, level), side in sides.items() if time < 2 * other and abs(value - level) < NEAR]
        side = sides[time, value] = -near[-1] if near else 1  # names of neighbours stand above and below
        axes.plot(time, value, "o", color=colour)
        axes.annotate(
            name,
            (time, value),
            xytext=(4, 5 * side),
            textcoords="offset points",
            rotation=35 * side,
            rotation_mode="anchor",
            va="center",
            fontsize=7,
            color=colour,
        )
    axes.step(*zip(*(reached[name] for name in front), strict=True), where="post", color="tab:blue", linewidth=0.8)
    axes.set(
        xscale="log",
        xlabel="milliseconds for a megapixel of the result (two threads)",
        ylabel="PSNR on Y, Kodak24 ×4 [dB]",
        ylim=(27, 29.15),
        xlim=(None, 4000),
    )
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=130)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--output", type=Path)
    arguments.add_argument("--plot", type=Path)
    asked = arguments.parse_args()
    low = np.ascontiguousarray(read_picture(EXAMPLE).pixels[200:470, :480])
    with TemporaryDirectory() as scratch:
        all_points = points(Path(scratch))
        times = latencies(
            {name: lambda way=point.way: way(low) for name, point in all_points.items()}, rounds=asked.rounds
        )
        qualities = {name: quality(point.way) for name, point in all_points.items() if not point.quality_of}
    megapixels = SCALE * low.shape[0] * SCALE * low.shape[1] / 1e6
    reached = {
        name: (round(times[name].median / megapixels, 2), qualities[point.quality_of or name])
        for name, point in all_points.items()
    }
    front = on_the_front(reached)
    time, value = reached["FSRCNN, OpenCV"]
    as_fast = max(value for name, (own, value) in reached.items() if name.startswith("superres") and own <= time)
    result = {
        "input": "480×270",
        "processor": processor(),
        "instructions": instructions(),
        "cores": os.cpu_count(),
        "opencv": cv2.__version__,
        "rounds": asked.rounds,
        "milliseconds_a_megapixel_and_decibels": dict(sorted(reached.items(), key=lambda item: item[1])),
        "front": front,
        "ours_above_fsrcnn_of_opencv_in_its_time": round(as_fast - value, 3),
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")
    if asked.plot:
        draw(asked.plot, reached, front)


if __name__ == "__main__":
    main()
