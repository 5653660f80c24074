"""What text stands on, and what a camera makes of it: colours, light, slant, blur, noise, compression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from superres.data.degradation.blur import Blur
from superres.data.degradation.compression import JPEG
from superres.data.degradation.noise import GaussianNoise
from superres.data.degradation.planes import Pixels, Planes, pixels_of
from superres.data.degradation.seeds import drawn_seed
from superres.data.pages.setting import Coverage

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Of BT.601."""
_LEAST_CONTRAST = 70.0
"""Difference in luma, 8-bit units; fainter text is not there to be read."""
_SLANT = 0.04
"""How far a corner of the page moves at most, as a share of its side."""


def printed(coverage: Coverage, random: np.random.Generator) -> Planes:
    """Ink on paper, each of one colour.

    Args:
        coverage: (H, W).
        random: Draws the colours.

    Returns:
        (3, H, W), 8-bit units.
    """
    ink, paper = _colours(random)
    strength = np.float32(random.uniform(0.7, 1.0)) * coverage
    return (paper[:, None, None] + (ink - paper)[:, None, None] * strength).astype(np.float32)


def slanted(coverage: Coverage, random: np.random.Generator, side: int) -> Coverage:
    """The middle of a page, seen at a slant.

    Args:
        coverage: (H, W), both larger than the side by 2 × 4 % or more.
        random: Draws where the corners move.
        side: Of the square result [pixels].
    """
    height, width = coverage.shape
    inner = np.array([(0, 0), (0, side), (side, side), (side, 0)], dtype=np.float64)
    corners = inner + [(width - side) / 2, (height - side) / 2] + random.uniform(-_SLANT, _SLANT, (4, 2)) * side
    page = Image.fromarray(np.round(coverage * 255).astype(np.uint8))
    seen = page.transform(
        (side, side), Image.Transform.QUAD, tuple(map(float, corners.ravel())), Image.Resampling.BICUBIC
    )
    return np.asarray(seen, dtype=np.float32) / np.float32(255)


def photographed(planes: Planes, random: np.random.Generator) -> Pixels:
    """Uneven light, a lens, a sensor, and now and then JPEG.

    Args:
        planes: (3, H, W).
        random: Draws how much of each.
    """
    size = (planes.shape[1], planes.shape[2])
    lit = planes * _light(random, *size)
    width = random.uniform(0.3, 1.2)
    seen = Blur(size=7, widths=(width, width)).apply(np.ascontiguousarray(lit), size)
    noisy = GaussianNoise(deviation=random.uniform(0.0, 3.0), seed=drawn_seed(random)).apply(seen, size)
    whole = np.clip(np.round(noisy), 0, 255).astype(np.float32)
    if random.random() < 0.5:
        whole = JPEG(quality=int(random.integers(85, 99)), chroma="4:4:4").apply(whole, size)
    return pixels_of(whole)


def _colours(random: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ink and paper: mostly dark on light as in books, also light on dark, also any two that can be told apart."""
    kind = random.random()
    if kind < 0.7:
        dark = random.uniform(0, 60) + random.uniform(-15, 15, 3)
        light = random.uniform(190, 255) + random.uniform(-20, 10, 3)
        ink, paper = (dark, light) if kind < 0.55 else (light, dark)
    else:
        ink, paper = random.uniform(0, 255, 3), random.uniform(0, 255, 3)
        while abs(float(_LUMA @ (ink - paper))) < _LEAST_CONTRAST:
            ink, paper = random.uniform(0, 255, 3), random.uniform(0, 255, 3)
    return np.clip(ink, 0, 255).astype(np.float32), np.clip(paper, 0, 255).astype(np.float32)


def _light(random: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """A slope of brightness over the page, (H, W), at most 1."""
    down, across = random.uniform(-0.2, 0.2, 2)
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    slope = np.float32(down) * rows + np.float32(across) * columns
    return (slope - slope.max() + np.float32(1)).astype(np.float32)
