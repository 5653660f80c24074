"""Tiles of an image for a network, and images in parts where memory ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from math import isqrt, lcm
from typing import Any

import numpy as np

from superres.image.scaling import enlarged, grid_of
from superres.image.tiles import Tile, plan_tiles
from superres.inference.backends.backend import Backend, Bytes, Planes, bytes_of
from superres.inference.luma import CHROMA_OVERLAP
from superres.inference.machine import has_accelerator, instructions
from superres.models.card import Card

_LOG = logging.getLogger(__name__)

_TILE_SIZE = 880
"""Side of the square whose pixels a tile has: 0.8 GB of memory at work in bfloat16, 1.3 in float32. A result of 12
megapixels is one tile at ×4, with no context that is computed twice."""
_SMALLER_TILE_SIZE = 560
_FRUGAL = "OpenVINO"
"""What describes the engine that large tiles cost 0.8 GB, where ONNX Runtime takes 1.7 and ncnn 2.1. With the smaller
ones, ncnn needs five sixths of the time for 12 megapixels, ONNX Runtime as much as before, on AVX2 alone."""
_SHORT_OVERLAP = 40
"""That of the shipped networks is 30 at most [input pixels]."""


def usual_tile_size(backends: Iterable[Backend]) -> int:
    """Side of the square whose pixels a tile has where nobody says another [input pixels].

    Processors with AMX multiply so fast that they wait for memory: smaller tiles, more of whose features still lie in
    caches, are worth a sixth more context, but not as much as deep networks take. So they are with engines that take
    more memory. GPUs have memory of their own.

    Args:
        backends: The networks.
    """
    opened = list(backends)
    is_shallow = all(backend.card().overlap <= _SHORT_OVERLAP for backend in opened)
    waits = "AMX" in instructions() or not all(backend.describe().startswith(_FRUGAL) for backend in opened)
    return _SMALLER_TILE_SIZE if is_shallow and waits and not has_accelerator() else _TILE_SIZE


def tiles_for(card: Card, factor: float, height: int, width: int, size: int) -> tuple[Tile, ...]:
    """The tiles of an image with which a network gives what it gives to the whole.

    Args:
        card: The network's.
        factor: What it enlarges by.
        height: Of the image [pixels].
        width: Of the image [pixels].
        size: Side of the square whose pixels a tile may have; what the network needs at least where that is more.
    """
    overlap = max(card.overlap, CHROMA_OVERLAP) if card.colour == "luma" else card.overlap
    # Where a tile starts, an output pixel must start too; at a scale without such places there is one tile.
    grid = lcm(card.grid, grid_of(factor))
    size = max(size, 2 * overlap + 2 * grid, card.minimum_size + grid)
    if not card.tiles_are_exact:  # seams would show; such a network sees the whole image at once
        size = max(size, height, width)
    return plan_tiles(height, width, size=size, overlap=overlap, grid=grid, minimum=card.minimum_size)


class FrugalBackend:
    """An engine whose inputs are cut smaller where they need more memory than there is, from then on.

    Args:
        backend: The engine; raises MemoryError.
        factor: What it enlarges by; its card's scale where not given.
    """

    def __init__(self, backend: Backend, factor: float | None = None) -> None:
        self._backend = backend
        self._factor = factor or backend.card().scale
        self._side: int | None = None
        """Of the square with as many pixels as go in at once."""

    def card(self) -> Card:
        """The network's."""
        return self._backend.card()

    def describe(self) -> str:
        """Engine and precision."""
        return self._backend.describe()

    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`.

        Raises:
            MemoryError: If there is not enough for the smallest parts.
        """
        return self._answer(low, self._backend.upscale, self._planes_together)

    def upscale_to_bytes(self, low: Planes) -> tuple[Bytes, float]:
        """Run the network; see `ByteBackend.upscale_to_bytes`.

        Raises:
            MemoryError: If there is not enough for the smallest parts.
        """
        return self._answer(low, partial(bytes_of, self._backend), self._bytes_together)

    def _answer(self, low: Planes, ask: Callable[[Planes], Any], together: Callable[..., Any]) -> Any:
        height, width = low.shape[-2:]
        if self._side is None or height * width <= self._side**2:
            try:
                return ask(low)
            except MemoryError:
                self._side = isqrt(height * width) // 2
                _LOG.warning("%s ran out of memory; smaller tiles go on", self.describe())
        tiles = tiles_for(self.card(), self._factor, height, width, self._side)
        if len(tiles) == 1:  # as small as it gets
            return ask(low)
        answers = [self._answer(np.ascontiguousarray(low[..., *tile.source.slices]), ask, together) for tile in tiles]
        return together(low.shape, tiles, answers)

    def _planes_together(self, shape: tuple[int, ...], tiles: tuple[Tile, ...], answers: list[Any]) -> Any:
        height, width = (enlarged(side, self._factor) for side in shape[-2:])
        canvas = np.empty((*answers[0].shape[:2], height, width), answers[0].dtype)
        for tile, answer in zip(tiles, answers, strict=True):
            kept, source = tile.kept.times(self._factor), tile.source.times(self._factor)
            canvas[..., *kept.slices] = answer[..., *kept.within(source).slices]
        return canvas

    def _bytes_together(
        self, shape: tuple[int, ...], tiles: tuple[Tile, ...], answers: list[tuple[Bytes, float]]
    ) -> tuple[Bytes, float]:
        planes = self._planes_together(shape, tiles, [pixels.transpose(0, 3, 1, 2) for pixels, _ in answers])
        return planes.transpose(0, 2, 3, 1), sum(total for _, total in answers)
