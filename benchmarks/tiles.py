"""How far tiles and the whole image differ: every shipped network, engine and precision.

    python benchmarks/tiles.py PHOTO [--size 900x600] [--tile 256] [--only NAME …] [--output results/tiles.json]

The photograph is cut, or repeated with mirrored edges, to the asked size. The difference is between one tile over the
whole image and tiles with the pixels of a square of the asked side, in steps of 255. With `--only`, what the output has
of other networks stays.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from superres.errors import InvalidRequestError, InvalidWeightsError
from superres.image.files import read_picture
from superres.image.picture import Picture
from superres.inference.backends.engines import KNOWN, Engine
from superres.inference.precision import Precision
from superres.inference.request import Request, plan
from superres.inference.upscaler import upscale_picture
from superres.models.manifest import shipped

PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16", "int8")


def photograph(path: Path, width: int, height: int) -> Any:
    """A picture of exactly this size."""
    pixels = read_picture(path).pixels
    missing = (max(0, height - pixels.shape[0]), max(0, width - pixels.shape[1]))
    return np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")[:height, :width]


def difference(pixels: Any, request: Request, tile: int) -> dict[str, float | None]:
    """Tiles against one tile."""
    answers = [
        upscale_picture(Picture(pixels=pixels), plan(replace(request, tile_size=size))).pixels.astype(int)
        for size in (tile, max(pixels.shape) + 1)
    ]
    apart = np.abs(answers[0] - answers[1])
    mean_square = float(np.square(apart).mean())
    return {
        "largest": int(apart.max()),
        "share_that_differs": round(float((apart > 0).mean()), 6),
        "psnr": round(10 * float(np.log10(255**2 / mean_square)), 1) if mean_square else None,  # alike throughout,
    }


def ways(model: str) -> list[tuple[Engine, Precision]]:
    """Engines and precisions that open a model."""
    found: list[tuple[Engine, Precision]] = []
    engines: list[Engine] = [entry.name for entry in KNOWN if entry.is_installed]
    for engine in engines:
        for precision in PRECISIONS:
            try:
                plan(Request(model=model, engine=engine, precision=precision))
            except (InvalidRequestError, InvalidWeightsError):
                continue
            found.append((engine, precision))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("photo", type=Path)
    arguments.add_argument("--size", default="900x600")
    arguments.add_argument("--tile", type=int, default=256)
    arguments.add_argument("--output", type=Path)
    arguments.add_argument("--only", nargs="+", default=[entry.name for entry in shipped() if entry.tier is not None])
    asked = arguments.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    pixels = photograph(asked.photo, width, height)
    result: dict[str, Any] = {"photo": asked.photo.name, "size": asked.size, "tile": asked.tile}
    if asked.output and asked.output.exists():
        before = json.loads(asked.output.read_text(encoding="utf-8"))
        result |= {
            name: found for name, found in before.items() if "," in name and name.split(",")[0] not in asked.only
        }
    for entry in (entry for entry in shipped() if entry.name in asked.only):
        for engine, precision in ways(entry.name):
            started = time.perf_counter()
            request = Request(model=entry.name, engine=engine, precision=precision)
            name = f"{entry.name}, {engine}, {precision}"
            result[name] = difference(pixels, request, asked.tile)
            print(name, result[name], f"{time.perf_counter() - started:.0f} s", flush=True)
    result["largest_of_all"] = max(value["largest"] for value in result.values() if isinstance(value, dict))
    if asked.output:
        asked.output.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
