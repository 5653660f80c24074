"""How far tiles and the whole image differ, and how much memory a large photograph takes.

    python benchmarks/tiles.py PHOTO [--size 1500x1000] [--output benchmarks/results/tiles.json]

The photograph is cut, or repeated with mirrored edges, to the asked size. The difference is between one
tile over the whole image and tiles of the default size, in steps of 255, for each precision.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from superres.image.files import read_picture
from superres.image.picture import Picture
from superres.inference.precision import Precision
from superres.inference.request import TILE_SIZE, Request, plan
from superres.inference.upscaler import upscale_picture


def photograph(path: Path, width: int, height: int) -> Any:
    """A picture of exactly this size."""
    pixels = read_picture(path).pixels
    missing = (max(0, height - pixels.shape[0]), max(0, width - pixels.shape[1]))
    return np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")[:height, :width]


def difference(pixels: Any, scale: int, precision: Precision) -> dict[str, float]:
    """Tiles of the default size against one tile."""
    answers = [
        upscale_picture(
            Picture(pixels=pixels), plan(Request(scale=scale, precision=precision, tile_size=size))
        ).pixels.astype(int)
        for size in (TILE_SIZE, max(pixels.shape) + 1)
    ]
    apart = np.abs(answers[0] - answers[1])
    mean_square = float(np.square(apart).mean())
    return {
        "largest": int(apart.max()),
        "share_that_differs": float((apart > 0).mean()),
        "psnr": round(10 * float(np.log10(255**2 / mean_square)), 1) if mean_square else float("inf"),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("photo", type=Path)
    arguments.add_argument("--size", default="1500x1000")
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    pixels = photograph(asked.photo, width, height)
    result: dict[str, Any] = {"photo": asked.photo.name, "size": asked.size, "tile": TILE_SIZE}
    precisions: tuple[Precision, ...] = ("float32", "bfloat16")
    for scale in (2, 3, 4):
        for precision in precisions:
            started = time.perf_counter()
            result[f"x{scale} {precision}"] = difference(pixels, scale, precision)
            print(
                scale, precision, result[f"x{scale} {precision}"], f"{time.perf_counter() - started:.0f} s", flush=True
            )
    if asked.output:
        asked.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
