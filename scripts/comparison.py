"""Draw the pictures of README and docs: details that were reduced four times, enlarged in several ways.

`docs/comparison.png`: by bicubic interpolation, by superres, and as it was. `docs/texture.png`: by superres with
`--texture` 0, 0.5, 0.8 and 1, and as it was. `docs/photo.png`, of what a camera might have made of it: by bicubic
interpolation, by superres, with `--photo`, with `--photo --texture 0.7`, and as it was.

Run it from anywhere: python scripts/comparison.py
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import superres
from superres.data.degradation.downsample import bicubic_reduction
from superres.data.degradation.presets import preset
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture
from superres.image.pixels import to_eight_bit
from superres.image.resize import resize_integers

ROOT = Path(__file__).parents[1]
SCALE = 4
TOP, LEFT, SIDE, GAP = 212, 256, 224, 8
CAMERA_SEED = 24


def main() -> None:
    """Write the pictures."""
    photo = to_eight_bit(read_picture(ROOT / "examples" / "lighthouse.webp").pixels)
    small = bicubic_reduction(photo, SCALE)
    write_row("comparison", [resize_integers(small, scale=SCALE), superres.upscale(small, scale=SCALE), photo])
    dial = [superres.upscale(small, scale=SCALE, texture=share) for share in (0.0, 0.5, 0.8, 1.0)]
    write_row("texture", [*dial, photo])
    taken = preset("camera").draw(SCALE, (CAMERA_SEED,))(photo)
    ways = [superres.upscale(taken, scale=SCALE, tier="photo", texture=share) for share in (None, 0.7)]
    plain = [resize_integers(taken, scale=SCALE), superres.upscale(taken, scale=SCALE)]
    write_row("photo", [*plain, *ways, photo])


def write_row(name: str, versions: Sequence[NDArray[np.uint8]]) -> None:
    """Write the same detail of several images, side by side."""
    gap = np.full((SIDE, GAP, 3), 255, np.uint8)
    details = [version[TOP : TOP + SIDE, LEFT : LEFT + SIDE] for version in versions]
    parts = [part for detail in details for part in (gap, detail)][1:]
    write_picture(ROOT / "docs" / f"{name}.png", Picture(pixels=np.concatenate(parts, axis=1)), overwrite=True)


if __name__ == "__main__":
    main()
