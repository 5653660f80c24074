"""Textures whose opposite edges go on into each other: a network sees beyond each edge what lies at the other one."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

import numpy as np

from superres.image.picture import Integers
from superres.image.scaling import grid_of
from superres.image.strips import Strips
from superres.inference.backends.backend import Backend

_LEAST = 16
"""Pixels beyond the edges, whatever the network says."""


def around_of(passes: Sequence[Backend], reached: float) -> int:
    """Pixels beyond each edge that all passes together may look at.

    A multiple of every grid, so that the image itself lies on it as it did without them.

    Args:
        passes: Networks, one after another.
        reached: What they enlarge by together.
    """
    cards = [backend.card() for backend in passes]
    grid = lcm(grid_of(reached), *(card.grid for card in cards))
    # What a later network looks at is smaller in pixels of the input.
    return -(-max(_LEAST, 2 * max((card.overlap for card in cards), default=0)) // grid) * grid


def strips_with_edges(image: Integers, around: int) -> Strips:
    """An image with what lies beyond its edges, (H + 2·around, W + 2·around, C)."""
    yield np.pad(image, ((around, around), (around, around), (0, 0)), mode="wrap")


def without_edges(strips: Strips, edge: int) -> Strips:
    """The image alone.

    Args:
        strips: The image with what lies beyond its edges.
        edge: Pixels of that.
    """
    held: list[Integers] = []
    skipped = 0
    for strip in strips:
        rows = strip[max(0, edge - skipped) :, edge:-edge]
        skipped += len(strip) - len(rows)
        if len(rows):
            held.append(rows)
        # The last rows are known only when no more come.
        while held and sum(map(len, held)) - len(held[0]) >= edge:
            yield held.pop(0)
    rest = np.concatenate(held)[:-edge]
    if len(rest):
        yield rest
