"""Whole commands against the bare network; one interleaved run.

    python benchmarks/commands.py [--rounds 7] [--output benchmarks/results/commands.json]

The bare network is OpenVINO by its own interface, with the graph that the command takes, compiled for the size of the
whole image and warm. Against it stand, from reading a file to the new one written: a JPEG of 1000×750 pixels to a PNG
of 12 megapixels, as a command in a process of its own, and by the same call inside a warm process; and a folder of 200
small images, of one size and of many. All take turns, so that what else the machine does hits them alike; the ratio of
the medians counts. `start` is a command that enlarges an image of 16×16 pixels: everything before the first pixel.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import openvino

from superres.image.files import image_files, read_picture, write_picture
from superres.image.picture import Picture
from superres.image.pixels import to_planes
from superres.image.resize import resize_integers
from superres.inference.batch import Job
from superres.inference.files import Terms, upscale_files
from superres.inference.machine import instructions, processor
from superres.inference.request import Request, plan
from superres.models.manifest import find

EXAMPLE = Path(__file__).parents[1] / "examples" / "lighthouse.webp"
MODEL = "rlfn_compact_x4"
SMALL = 200
"""Images of a folder."""
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The first call leaves its modules compiled, as an installation does, and the network, as any command does."""


class Bare:
    """The network alone, compiled for every size that is asked for beforehand."""

    def __init__(self) -> None:
        self._core: Any = openvino.Core()
        self._graph: Any = self._core.read_model(find(MODEL).graph_path)
        self._requests: dict[tuple[int, ...], Any] = {}

    def prepare(self, images: list[Any]) -> None:
        """Compile, and run once."""
        for image in images:
            if image.shape not in self._requests:
                self._graph.reshape(list(image.shape))
                compiled = self._core.compile_model(self._graph, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
                self._requests[image.shape] = compiled.create_infer_request()
                self._requests[image.shape].infer([image])

    def __call__(self, images: list[Any]) -> None:
        """Answer all, one after another."""
        for image in images:
            self._requests[image.shape].infer([image], share_inputs=True, share_outputs=True)


def command(*arguments: object) -> None:
    """`superres upscale` in a process of its own."""
    asked = [sys.executable, "-m", "superres", "upscale", *map(str, arguments), "--overwrite"]
    subprocess.run(asked, check=True, capture_output=True, env=COMPILED)


def images_into(folder: Path, *, sizes: list[tuple[int, int]]) -> Path:
    """Small crops of the example, of these heights and widths in turns."""
    folder.mkdir()
    whole, random = read_picture(EXAMPLE).pixels, np.random.default_rng(0)
    for number in range(SMALL):
        height, width = sizes[number % len(sizes)]
        top, left = random.integers(0, whole.shape[0] - height), random.integers(0, whole.shape[1] - width)
        crop = np.ascontiguousarray(whole[top : top + height, left : left + width])
        write_picture(folder / f"{number:03}.jpg", Picture(pixels=crop))
    return folder


def planes_of(paths: list[Path]) -> list[Any]:
    """What the network takes."""
    return [to_planes(read_picture(path).pixels)[None] for path in paths]


def contestants(scratch: Path, bare: Bare) -> dict[str, Callable[[], None]]:
    """Everything that takes turns."""
    photo, dot = scratch / "photo.jpg", scratch / "dot.png"
    large = resize_integers(read_picture(EXAMPLE).pixels, size=(750, 1000))
    write_picture(photo, Picture(pixels=large))
    write_picture(dot, Picture(pixels=large[:16, :16]))
    random = np.random.default_rng(1)
    many = [(int(height), int(width)) for height, width in random.integers(120, 240, (SMALL, 2))]
    folders = {
        "one size": images_into(scratch / "same", sizes=[(180, 180)]),
        "many sizes": images_into(scratch / "many", sizes=many),
    }
    enlarging = plan(Request(model=MODEL))

    def warm(job: Job) -> None:
        list(upscale_files([job], enlarging, Terms(overwrite=True)))

    whole = planes_of([photo])
    bare.prepare(whole)
    found: dict[str, Callable[[], None]] = {
        "photo: network": lambda: bare(whole),
        "photo: command": lambda: command(photo, "-m", MODEL, "-o", scratch / "photo.png"),
        "photo: warm": lambda: warm(Job(photo, scratch / "warm.png")),
        "start": lambda: command(dot, "-m", MODEL, "-o", scratch / "large.png"),
    }
    for name, folder in folders.items():
        small = planes_of(list(image_files(folder)))
        bare.prepare(small)
        target = scratch / f"out {name}"
        found[f"{name}: network"] = lambda small=small: bare(small)
        found[f"{name}: command"] = lambda folder=folder, target=target: command(folder, "-m", MODEL, "-o", target)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    seconds: dict[str, list[float]] = {}
    with TemporaryDirectory() as scratch:
        turns = contestants(Path(scratch), Bare())
        for number in range(asked.rounds + 1):
            for name, run in turns.items():
                started = time.perf_counter()
                run()
                if number:  # the first round warms up
                    seconds.setdefault(name, []).append(time.perf_counter() - started)
    found = {name: median(values) for name, values in seconds.items()}
    result = {
        "network": MODEL,
        "processor": processor(),
        "instructions": instructions(),
        "rounds": asked.rounds,
        "command_over_network_12_megapixels": round(found["photo: command"] / found["photo: network"], 3),
        "warm_over_network_12_megapixels": round(found["photo: warm"] / found["photo: network"], 3),
        "start_seconds": round(found["start"], 3),
        "throughput_of_folder": {
            name: round(found[f"{name}: network"] / found[f"{name}: command"], 3) for name in ("one size", "many sizes")
        },
        "seconds": {name: round(value, 3) for name, value in found.items()},
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
