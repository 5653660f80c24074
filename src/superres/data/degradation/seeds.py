"""Seeds of degradations: one for each image, whatever stands beside it in its folder."""

from __future__ import annotations

import hashlib

import numpy as np

HELD_OUT = 0x6865_6C64_2D6F_7574
"""First word of the keys of validation images; larger than any seed that a recipe is likely to have."""


def image_key(seed: int, name: str) -> tuple[int, int]:
    """A key for an image, which depends on its name and not on its place among others.

    Args:
        seed: Not negative.
        name: Of the image, without folder and ending.
    """
    return seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def drawn_seed(random: np.random.Generator) -> int:
    """A seed for one step, small enough for every JSON reader."""
    return int(random.integers(2**32))
