"""Draw the README's picture: a detail reduced four times, enlarged by bicubic, enlarged by superres, and as it was.

Run it from anywhere: python scripts/comparison.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import superres
from superres.data.degradation.downsample import bicubic_reduction
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture
from superres.image.pixels import to_eight_bit
from superres.image.resize import resize_integers

ROOT = Path(__file__).parents[1]
SCALE = 4
TOP, LEFT, SIDE, GAP = 212, 256, 224, 8


def main() -> None:
    """Write docs/comparison.png."""
    photo = to_eight_bit(read_picture(ROOT / "examples" / "lighthouse.webp").pixels)
    small = bicubic_reduction(photo, SCALE)
    versions = (resize_integers(small, scale=SCALE), superres.upscale(small, scale=SCALE), photo)
    gap = np.full((SIDE, GAP, 3), 255, np.uint8)
    details = [version[TOP : TOP + SIDE, LEFT : LEFT + SIDE] for version in versions]
    row = np.concatenate([details[0], gap, details[1], gap, details[2]], axis=1)
    write_picture(ROOT / "docs" / "comparison.png", Picture(pixels=row), overwrite=True)


if __name__ == "__main__":
    main()
