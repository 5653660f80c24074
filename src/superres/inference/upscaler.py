"""Enlarging an image, from its file to the new one: read, tile, run, put together, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.errors import ImageTooLargeError, InvalidImageError
from superres.image.files import MAX_PIXELS, check_output, read_picture, write_picture
from superres.image.geometry import pad_to
from superres.image.picture import Integers, Picture
from superres.image.pixels import to_integers, to_planes
from superres.image.resize import resize_integers
from superres.image.scaling import enlarged, grid_of
from superres.image.tiles import Rectangle, Tile, plan_tiles
from superres.inference.backends.backend import Backend, Planes
from superres.inference.backends.engines import Engine
from superres.inference.checked import CheckedBackend
from superres.inference.ensemble import Ensemble
from superres.inference.luma import CHROMA_OVERLAP, upscale_luma
from superres.inference.precision import Precision
from superres.inference.request import TILE_SIZE, Plan, Request, plan, plan_for
from superres.inference.sizing import sizing_of
from superres.inference.transparency import bleed
from superres.models.manifest import Tier

Watcher = Callable[[int, int], None]
"""Called with the pixels done so far and the pixels of the whole work."""

Planner = Callable[[int, int], Plan]
"""Says how an image of a height and a width [pixels] is enlarged."""

MAX_OUTPUT_PIXELS = 16 * MAX_PIXELS
"""Results of more pixels are refused before the work begins."""


def upscale(
    image: Any,
    scale: float | None = None,
    *,
    model: str | None = None,
    width: int | None = None,
    height: int | None = None,
    long_side: int | None = None,
    fit: tuple[int, int] | None = None,
    tier: Tier = "default",
    texture: float | None = None,
    precision: Precision = "auto",
    engine: Engine = "auto",
    tile_size: int = TILE_SIZE,
    ensemble: Ensemble = "none",
) -> NDArray[Any]:
    """Enlarge an image in memory.

    Args:
        image: (H, W) or (H, W, C), uint8 or uint16, or anything that NumPy sees as such (a Pillow image);
            C is 1 for grey, 2 with alpha, 3 for RGB, 4 with alpha.
        scale: Factor along each axis, in (1, 16]; where not given the model's own, or 4. A network of any scale, such
            as LIIF, enlarges by it in one pass; of others the result is reduced where they enlarge too much.
        model: Name of a shipped network, or a file; where not given, the shipped network of the scale.
        width: Of the result, in place of a scale; its height follows, so that nothing is stretched [pixels].
        height: The same for the height, and `long_side` for the larger of both [pixels].
        long_side: See `height`.
        fit: Width and height of a frame that the result fills as far as it goes [pixels].
        tier: `tiny` takes the smallest shipped networks: a third of the time in the network or less, a little worse;
            `photo` those that clean blur, noise and JPEG; `texture` those that invent detail.
        texture: From 0, the network that is true to the image, to 1, the one whose detail looks true but is invented.
        precision: `auto` is bfloat16 where the processor has it.
        engine: `auto` is the fastest that is installed; `superres doctor` says which are.
        tile_size: Side of a tile in input pixels; smaller needs less memory.
        ensemble: `mean` or `median` of the answers to eight flips and turns: a little better, eight times the work.

    Returns:
        The same layout and type, round(scale · H) × round(scale · W) pixels.

    Raises:
        InvalidImageError: If the array is no image.
        InvalidRequestError: If scale or tile size make no sense, or a model is asked for beside a tier or a texture.
        UnknownNameError: If no such model is shipped, or no ensemble or engine is called so.
        MissingPackageError: If the engine is not installed.

    Example:
        >>> upscale(np.full((20, 30, 3), 128, np.uint8), scale=2).shape
        (40, 60, 3)
    """
    pixels = np.asarray(image)
    what = Request(scale=scale, model=model, tier=tier, texture=texture, ensemble=ensemble)
    request = replace(what, precision=precision, engine=engine, tile_size=tile_size)
    picture = _picture_of(pixels)
    sizing = sizing_of(width=width, height=height, long_side=long_side, fit=fit)
    how = plan(request) if sizing is None else plan_for(request, sizing, picture.height, picture.width)
    return _array_of(upscale_picture(picture, how), pixels.ndim)


def _array_of(picture: Picture, dimensions: int) -> NDArray[Any]:
    stacked = picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])
    return stacked[..., 0] if dimensions == 2 else stacked


def _picture_of(pixels: NDArray[Any]) -> Picture:
    is_known = pixels.dtype.name in ("uint8", "uint16") and pixels.ndim in (2, 3) and pixels.size > 0
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if not is_known or not 1 <= channels <= 4:
        raise InvalidImageError(
            "an image is an array (H, W) or (H, W, C) of uint8 or uint16 with one to four channels, "
            f"got {pixels.dtype} of the shape {pixels.shape}"
        )
    layers = pixels.reshape(*pixels.shape[:2], channels)
    return Picture(pixels=layers[..., :-1], alpha=layers[..., -1]) if channels in (2, 4) else Picture(pixels=layers)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What became of a file [pixels]."""

    height: int
    width: int
    new_height: int
    new_width: int


def upscale_file(
    source: Path,
    target: Path,
    plan: Plan | Planner,
    *,
    quality: int | None = None,
    overwrite: bool = False,
    max_pixels: int = MAX_PIXELS,
    watch: Watcher | None = None,
) -> Sizes:
    """Enlarge a file into another; nothing is written unless all went well.

    Args:
        source: Any readable image.
        target: Its ending names the format.
        plan: How, or what says so when the picture's height and width are known.
        quality: See `write_picture`.
        overwrite: Whether an existing target may be replaced.
        max_pixels: Inputs that claim more are refused.
        watch: See `Watcher`.

    Raises:
        SuperResError: As reading, checking the target, enlarging and writing raise.
    """
    check_output(target, overwrite=overwrite)
    picture = read_picture(source, max_pixels=max_pixels)
    how = plan if isinstance(plan, Plan) else plan(picture.height, picture.width)
    height, width = how.size(picture.height, picture.width)
    check_output(target, overwrite=overwrite, height=height, width=width)
    enlarged = upscale_picture(picture, how, watch)
    write_picture(target, enlarged, quality=quality, overwrite=overwrite)
    return Sizes(picture.height, picture.width, height, width)


def upscale_picture(picture: Picture, plan: Plan, watch: Watcher | None = None) -> Picture:
    """Enlarge a picture; depth, alpha, profile and metadata stay.

    Raises:
        ImageTooLargeError: If the result would have more pixels than the limit.
        InvalidWeightsError: If the network gives values that are no numbers.
    """
    height, width = plan.size(picture.height, picture.width)
    # What is reduced at the end was larger before.
    if max(height * width, picture.height * picture.width * plan.reached**2) > MAX_OUTPUT_PIXELS:
        raise ImageTooLargeError(
            f"the result would have {width}×{height} pixels; results end at {MAX_OUTPUT_PIXELS / 1e6:g} million"
        )
    alpha = picture.alpha
    layers = [picture.pixels if alpha is None else bleed(picture.pixels, alpha)]
    if alpha is not None and alpha.min() != alpha.max():
        layers.append(alpha[..., None])
    meter = _Meter(len(layers) * _work(picture, plan), watch)
    enlarged = [_enlarged(layer, plan, meter) for layer in layers]
    if alpha is None:
        return replace(picture, pixels=enlarged[0])
    flat = np.full((height, width), alpha.flat[0], alpha.dtype)
    return replace(picture, pixels=enlarged[0], alpha=enlarged[1][..., 0] if len(enlarged) == 2 else flat)


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


def _work(picture: Picture, plan: Plan) -> int:
    """Pixels that go into networks, over all passes."""
    height, width, total = picture.height, picture.width, 0
    for factor in plan.factors:
        total += height * width
        height, width = enlarged(height, factor), enlarged(width, factor)
    return total


@dataclass(frozen=True, slots=True)
class _Step:
    """A pass, and what it enlarges by."""

    backend: Backend
    factor: float

    def enlarged(self, part: Rectangle) -> Rectangle:
        """The same part of the enlarged image."""
        sides = (part.top, part.bottom, part.left, part.right)
        top, bottom, left, right = (enlarged(side, self.factor) for side in sides)
        return Rectangle(top, left, bottom - top, right - left)


def _enlarged(pixels: Integers, plan: Plan, meter: _Meter) -> Any:
    """All passes, then the reduction to the asked size; (H, W, C)."""
    size, dtype = plan.size(*pixels.shape[:2]), pixels.dtype
    steps = [_Step(*pair) for pair in zip(plan.passes, plan.factors, strict=True)]
    for number, step in enumerate(steps, start=1):
        # Between two networks 16 bit are kept, so that rounding does not add up.
        kept = dtype if number == len(steps) else np.uint16
        pixels = _one_pass(pixels, step, plan.tile_size, kept, meter)
    return pixels if pixels.shape[:2] == size else resize_integers(pixels, size=size)


def _one_pass(pixels: Integers, step: _Step, tile_size: int, dtype: Any, meter: _Meter) -> Any:
    card, factor = step.backend.card(), step.factor
    height, width, channels = pixels.shape
    overlap = max(card.overlap, CHROMA_OVERLAP) if card.colour == "luma" else card.overlap
    # Where a tile starts, an output pixel must start too; at a scale without such places there is one tile.
    grid = lcm(card.grid, grid_of(factor))
    size = max(tile_size, 2 * overlap + 2 * grid, card.minimum_size)
    if not card.tiles_are_exact:  # seams would show; such a network sees the whole image at once
        size = max(size, height, width)
    canvas = np.empty((enlarged(height, factor), enlarged(width, factor), channels), dtype)
    for tile in plan_tiles(height, width, size=size, overlap=overlap, grid=grid):
        canvas[step.enlarged(tile.kept).slices] = _one_tile(pixels, tile, step, dtype)
        meter.add(tile.kept.height * tile.kept.width)
    return canvas


def _one_tile(pixels: Integers, tile: Tile, step: _Step, dtype: Any) -> Integers:
    """What is kept of a tile, enlarged; (factor·h, factor·w, C)."""
    backend, card = step.backend, step.backend.card()
    low = to_planes(pixels[tile.source.slices])
    kept = step.enlarged(tile.kept).within(step.enlarged(tile.source)).slices
    if isinstance(backend, CheckedBackend) and dtype == np.uint8 and low.shape[0] == card.channels == 3:
        return backend.pixels(pad_to(low, card.minimum_size, card.minimum_size)[None])[0][kept]
    if card.colour == "luma":
        high = upscale_luma(low, backend)
    else:
        high = _through(pad_to(low, card.minimum_size, card.minimum_size), backend)
    return to_integers(high[:, *kept], dtype)


def _through(low: Planes, backend: Backend) -> Planes:
    """Planes (C, h, w) of any image through a network of one or three channels."""
    if backend.card().channels == 1:
        return backend.upscale(low[:, None])[:, 0]
    if low.shape[0] == 1:
        return backend.upscale(np.repeat(low[None], 3, axis=1))[0].mean(axis=0, keepdims=True)
    return backend.upscale(low[None])[0]
