"""An image on its way through networks, strip by strip: what comes out is what the whole image would give.

Each pass reads the rows that a row of tiles needs, and gives the rows that those tiles make; the next pass, or the
reduction to the asked size, begins while most of the image is still unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from superres.errors import ImageTooLargeError
from superres.image.files import MAX_PIXELS
from superres.image.geometry import pad_to
from superres.image.masks import masked
from superres.image.picture import Integers, Layout
from superres.image.pixels import to_integers, to_planes
from superres.image.resize import resize_strips
from superres.image.scaling import enlarged
from superres.image.strips import Strips, Window, pages_of
from superres.image.tiles import Tile
from superres.inference.backends.backend import Backend, Planes
from superres.inference.checked import CheckedBackend
from superres.inference.luma import upscale_luma
from superres.inference.request import Plan
from superres.inference.tiling import tiles_for
from superres.inference.transparency import bled
from superres.inference.wrapping import around_of, strips_with_edges, without_edges

Watcher = Callable[[int, int], None]
"""Called with the pixels done so far and the pixels of the whole work."""

MAX_OUTPUT_PIXELS = 16 * MAX_PIXELS
"""Results of more pixels are refused before the work begins."""


def checked_size(layout: Layout, plan: Plan) -> tuple[int, int]:
    """Height and width of a result [pixels].

    Raises:
        ImageTooLargeError: If it would have more pixels than the limit, or has on the way.
    """
    height, width = plan.size(layout.height, layout.width)
    # What is reduced at the end was larger before.
    largest = max(height * width, layout.height * layout.width * plan.reached**2)
    if layout.pages * largest > MAX_OUTPUT_PIXELS:
        what = f"{width}×{height}" if layout.pages == 1 else f"{layout.pages} × {width}×{height}"
        raise ImageTooLargeError(
            f"the result would have {what} pixels; results end at {MAX_OUTPUT_PIXELS / 1e6:g} million"
        )
    return height, width


def through(strips: Strips, layout: Layout, plan: Plan, watch: Watcher | None = None) -> Strips:
    """All passes of a plan, then the reduction to the asked size; page after page.

    Args:
        strips: The image.
        layout: What it is.
        plan: How it is enlarged.
        watch: See `Watcher`.

    Returns:
        `plan.size` rows and columns, of the same type and channels.

    Raises:
        InvalidWeightsError: If a network gives values that are no numbers.
    """
    around = around_of(plan.passes, plan.reached) if plan.wraps else 0
    meter = _Meter(layout.pages * _work(_larger(layout, 2 * around), plan), watch)
    for page in pages_of(strips, layout):
        yield from _page_through(page, layout, plan, meter, around)


def _page_through(strips: Strips, layout: Layout, plan: Plan, meter: _Meter, around: int) -> Strips:
    size = plan.size(layout.height, layout.width)
    is_mask = layout.is_mask
    if around:
        whole = np.concatenate(list(strips))
        strips, layout = strips_with_edges(whole, around), _larger(layout, 2 * around)
    if layout.has_alpha:
        strips = bled(strips, layout)
    # Between two networks 16 bit are kept, so that rounding does not add up.
    types = [np.dtype(np.uint16)] * (len(plan.passes) - 1) + [layout.dtype] * min(len(plan.passes), 1)
    for backend, factor, dtype in zip(plan.passes, plan.factors, types, strict=True):
        step = _Step(backend, factor, plan.tile_size, dtype)
        strips = _passed(strips, layout, step, meter)
        layout = replace(layout, height=enlarged(layout.height, step.factor), width=enlarged(layout.width, step.factor))
    if around:
        edge = enlarged(around, plan.reached)
        strips, layout = without_edges(strips, edge), _larger(layout, -2 * edge)
    if (layout.height, layout.width) != size:
        strips = resize_strips(strips, layout.height, layout.width, size=size, wraps=plan.wraps)
    return map(masked, strips) if is_mask else strips


def _larger(layout: Layout, by: int) -> Layout:
    return replace(layout, height=layout.height + by, width=layout.width + by)


class _Meter:
    """Counts pixels for a watcher."""

    def __init__(self, total: int, watch: Watcher | None) -> None:
        self._total = total
        self._done = 0
        self._watch = watch

    def add(self, pixels: int) -> None:
        self._done += pixels
        if self._watch is not None:
            self._watch(self._done, self._total)


def _work(layout: Layout, plan: Plan) -> int:
    """Pixels that go into networks, over all passes."""
    height, width, total = layout.height, layout.width, 0
    for factor in plan.factors:
        total += height * width
        height, width = enlarged(height, factor), enlarged(width, factor)
    return total


@dataclass(frozen=True, slots=True)
class _Step:
    """A pass, and what it enlarges by."""

    backend: Backend
    factor: float
    tile_size: int
    dtype: np.dtype[Any]
    """Of what comes out."""


def _passed(strips: Strips, layout: Layout, step: _Step, meter: _Meter) -> Strips:
    """One pass; each strip that comes out is what a row of tiles makes."""
    window = Window(strips)
    for _, row in groupby(_tiles(layout, step), key=lambda tile: tile.source.top):
        tiles = list(row)
        made = (_counted(tile, window, step, layout, meter) for tile in tiles)
        yield next(made) if len(tiles) == 1 else _side_by_side(made, tiles, step, layout)


def _counted(tile: Tile, window: Window, step: _Step, layout: Layout, meter: _Meter) -> Integers:
    source = tile.source
    rows = window.rows(source.top, source.bottom)
    made = _one_tile(rows[:, source.left : source.right], tile, step, layout)
    meter.add(tile.kept.height * tile.kept.width)
    return made


def _side_by_side(made: Iterator[Integers], tiles: list[Tile], step: _Step, layout: Layout) -> Integers:
    """What a row of tiles makes; none of it is kept twice."""
    size = replace(tiles[0].kept, left=0, width=layout.width).times(step.factor)
    strip = np.empty((size.height, size.width, layout.channels), step.dtype)
    for tile, part in zip(tiles, made, strict=True):
        strip[:, tile.kept.times(step.factor).slices[1]] = part
    return strip


def _tiles(layout: Layout, step: _Step) -> tuple[Tile, ...]:
    return tiles_for(step.backend.card(), step.factor, layout.height, layout.width, step.tile_size)


def _one_tile(pixels: Integers, tile: Tile, step: _Step, layout: Layout) -> Integers:
    """What is kept of a tile, enlarged; (factor·h, factor·w, C)."""
    kept = tile.kept.times(step.factor).within(tile.source.times(step.factor)).slices
    if not layout.has_alpha:
        return _enlarged(pixels, kept, step)
    colours, alpha = _enlarged(pixels[..., :-1], kept, step), pixels[..., -1:]
    if alpha.min() == alpha.max():  # as most of most images is
        constant = to_integers(to_planes(alpha[:1, :1]), step.dtype)
        cover: Integers = np.broadcast_to(constant, (*colours.shape[:2], 1))
    else:
        cover = _enlarged(alpha, kept, step)
    return np.concatenate([colours, cover], axis=2)


def _enlarged(pixels: Integers, kept: tuple[slice, slice], step: _Step) -> Integers:
    """Grey or RGB through a network, and what is kept of it."""
    backend, low = step.backend, to_planes(pixels)
    card = backend.card()
    if isinstance(backend, CheckedBackend) and step.dtype == np.uint8 and low.shape[0] == card.channels == 3:
        return backend.pixels(pad_to(low, card.minimum_size, card.minimum_size)[None])[0][kept]
    if card.colour == "luma":
        high = upscale_luma(low, backend)
    else:
        high = _answer(pad_to(low, card.minimum_size, card.minimum_size), backend)
    return to_integers(high[:, *kept], step.dtype)


def _answer(low: Planes, backend: Backend) -> Planes:
    """Planes (C, h, w) of any image through a network of one or three channels."""
    if backend.card().channels == 1:
        return backend.upscale(low[:, None])[:, 0]
    if low.shape[0] == 1:
        return backend.upscale(np.repeat(low[None], 3, axis=1))[0].mean(axis=0, keepdims=True)
    return backend.upscale(low[None])[0]
