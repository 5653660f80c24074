"""Peak memory of one `superres upscale` of a very large image, as the operating system counts it.

    python benchmarks/memory.py [--size 20000x15000] [--output benchmarks/results/memory.json] [upscale's options]

The image is the example, repeated with mirrored edges, as a JPEG. What the command writes is checked: its size, and
some places against the same places enlarged on their own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

import superres
from superres.evaluation.running import peak_memory
from superres.inference.machine import instructions, processor

EXAMPLE = Path(__file__).parents[1] / "examples" / "lighthouse.webp"
CHECKED, CONTEXT = 200, 60
"""Side of a place that is looked at, and what is enlarged around it [input pixels]; multiples of the network's grid lie
in between."""


def make(path: Path, width: int, height: int) -> None:
    """The large photograph."""
    image: Any = pyvips.Image.new_from_file(str(EXAMPLE))
    pair = image.join(image.fliphor(), "horizontal")
    block = pair.join(pair.flipver(), "vertical")
    across, down = -(-width // block.width), -(-height // block.height)
    block.replicate(across, down).crop(0, 0, width, height).jpegsave(str(path), Q=92)


def differences(small: Path, large: Path, scale: int) -> list[int]:
    """Largest differences at some places."""
    before: Any = pyvips.Image.new_from_file(str(small), access="random")
    after: Any = pyvips.Image.new_from_file(str(large), access="random")
    assert (after.width, after.height) == (scale * before.width, scale * before.height)
    found: list[int] = []
    for share in (0.1, 0.5, 0.9):
        left, top = (int(share * (side - CHECKED)) // 6 * 6 for side in (before.width, before.height))
        around = CHECKED + 2 * CONTEXT
        part: Any = before.crop(left - CONTEXT, top - CONTEXT, around, around).numpy()
        expected = superres.upscale(part, scale)[scale * CONTEXT : -scale * CONTEXT, scale * CONTEXT : -scale * CONTEXT]
        written: Any = after.crop(scale * left, scale * top, scale * CHECKED, scale * CHECKED).numpy()
        found.append(int(np.abs(written.astype(int) - expected).max()))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--size", default="20000x15000")
    arguments.add_argument("--scale", type=int, default=2)
    arguments.add_argument("--output", type=Path)
    asked, options = arguments.parse_known_args()
    width, height = (int(side) for side in asked.size.split("x"))
    options = ["--scale", str(asked.scale), *options]
    with tempfile.TemporaryDirectory() as scratch:
        photo, target = Path(scratch) / "in.jpg", Path(scratch) / "out.png"
        make(photo, width, height)
        started = time.perf_counter()
        peak = peak_memory(photo, target, *options)
        seconds = time.perf_counter() - started
        result = {
            "photo": asked.size,
            "options": options,
            "peak_MiB": round(peak),
            "seconds": round(seconds),
            "differences_from_places_alone": differences(photo, target, asked.scale),
            "processor": processor(),
            "instructions": instructions(),
        }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
