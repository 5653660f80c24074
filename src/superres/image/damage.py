"""Signs that a picture was compressed hard, or enlarged before, so that another network or size would serve it better.

JPEG works in blocks of eight pixels, between which values jump: third differences are larger across their borders than
within (above 0.8 in two thirds of Kodak24 at quality 50 and in none of its pictures above 90, where it stays below 0.6;
0.03 at most without compression). Interpolation leaves nothing in the highest frequencies: Kodak24 has there 8 to 17 dB
less than in the middle ones, and 22 to 27 dB less when it was reduced to a half and enlarged by bicubic interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, log10

import numpy as np
from numpy.typing import NDArray

from superres.image.colour import rgb_to_luma
from superres.image.picture import Integers, Layout
from superres.image.pixels import to_planes
from superres.image.strips import ROWS, Strips

BLOCKY = 0.8
SOFT = -21.5
"""Decibels."""

_BLOCK = 8
_SAMPLES = 4
"""Parts that are looked at, one below the other."""
_WIDTH = 256
"""Of each [pixels]."""
_LEAST = 32
"""Pixels a side; smaller parts say nothing."""
_DETAIL = 20.0
"""Mean energy of middle frequencies [8-bit values, squared], without which a picture is a drawing or a sky."""

_HIGH, _MIDDLE = (0.3, 1.0), (0.1, 0.22)
"""Frequencies along the axis that has the higher one [cycles a pixel]."""

Luma = NDArray[np.float32]


@dataclass(slots=True)
class Signs:
    """What parts of a picture say, collected while its strips pass."""

    layout: Layout
    _across: float = 0.0
    _within: float = 0.0
    _high: float = 0.0
    _middle: float = 0.0
    _count: int = 0
    _tops: frozenset[int] = field(default_factory=frozenset[int])

    def __post_init__(self) -> None:
        strips = max(1, self.layout.height // ROWS)  # of full height, but in small pictures
        step = ceil(strips / _SAMPLES) if strips >= _SAMPLES else strips
        self._tops = frozenset(range(ROWS * (step // 2), ROWS * strips, ROWS * step))

    @property
    def blockiness(self) -> float:
        """How much larger third differences are across the borders of blocks than within; about 0 without JPEG."""
        return self._across / self._within - 1 if self._within > 0 else 0.0

    @property
    def is_blocky(self) -> bool:
        """Whether compression can be seen."""
        return self._has_detail and not self.is_soft and self.blockiness > BLOCKY

    @property
    def is_soft(self) -> bool:
        """Whether the finest detail that the size has room for is missing."""
        return self._has_detail and 10 * log10(max(self._high, 1e-9) / self._middle) < SOFT

    @property
    def _has_detail(self) -> bool:
        return self._count > 0 and self._middle / self._count > _DETAIL

    def seen(self, strips: Strips) -> Strips:
        """The same strips, some of which are looked at.

        Args:
            strips: Of one page; `ROWS` rows each, as files give them.
        """
        top = 0
        for strip in strips:
            if top in self._tops:
                self._look(strip)
            top += len(strip)
            yield strip

    def _look(self, strip: Integers) -> None:
        width = min(strip.shape[1], _WIDTH) // _BLOCK * _BLOCK
        height = len(strip) // _BLOCK * _BLOCK
        if min(width, height) < _LEAST:
            return
        left = (strip.shape[1] - width) // 2 // _BLOCK * _BLOCK
        part = _luma(strip[:height, left : left + width, : self.layout.channels - self.layout.has_alpha])
        for lines in (part, part.T):
            across, within = _jumps(lines)
            self._across += across
            self._within += within
        high, middle = _energies(part)
        self._high += high
        self._middle += middle
        self._count += 1


def _luma(pixels: Integers) -> Luma:
    """From 0 to 255."""
    planes = to_planes(pixels)
    return 255 * (planes if len(planes) == 1 else rgb_to_luma(planes, "full"))[0]


def _jumps(lines: Luma) -> tuple[float, float]:
    """Mean third differences across the borders of blocks, and within blocks."""
    jumps = np.abs(lines[:, :-3] - 3 * lines[:, 1:-2] + 3 * lines[:, 2:-1] - lines[:, 3:]).mean(axis=0)
    place = (np.arange(len(jumps)) + 1) % _BLOCK  # of the pixel before the middle
    inside = (place > 0) & (place < _BLOCK - 2)
    return float(jumps[place == _BLOCK - 1].mean()), float(jumps[inside].mean())


def _energies(part: Luma) -> tuple[float, float]:
    """Mean energy of high and of middle frequencies."""
    window, high, middle = _analysis(*part.shape)
    energy = np.square(np.abs(np.fft.rfft2((part - part.mean()) * window)))
    return float((energy * high).sum()), float((energy * middle).sum())


@lru_cache(maxsize=8)
def _analysis(height: int, width: int) -> tuple[Luma, Luma, Luma]:
    """A window, and what energies are weighed with for their means over high and over middle frequencies."""
    window = np.outer(np.hanning(height), np.hanning(width))
    frequency = np.maximum(np.abs(np.fft.fftfreq(height))[:, None], np.fft.rfftfreq(width)[None])
    bands = [(frequency > low) & (frequency <= up) for low, up in (_HIGH, _MIDDLE)]
    high, middle = (band / (band.sum() * (window**2).sum()) for band in bands)
    return window.astype(np.float32), high.astype(np.float32), middle.astype(np.float32)
