"""Enlarging an image, from its file to the new one: read, tile, run, put together, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.errors import ImageTooLargeError, InvalidImageError
from superres.image.files import MAX_PIXELS, check_output, open_picture
from superres.image.handover import ahead
from superres.image.picture import Layout, Picture
from superres.image.strips import picture_of, strips_of
from superres.image.writer import PictureWriter
from superres.inference.backends.engines import Engine
from superres.inference.ensemble import Ensemble
from superres.inference.passes import Watcher, through
from superres.inference.precision import Precision
from superres.inference.request import TILE_SIZE, Plan, Request, plan, plan_for
from superres.inference.sizing import sizing_of
from superres.models.manifest import Tier

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

    Reading, enlarging and writing go on at the same time, and none of them holds the whole image.

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
    reader = open_picture(source, max_pixels=max_pixels)
    layout = reader.layout
    how = plan if isinstance(plan, Plan) else plan(layout.height, layout.width)
    height, width = _checked_size(layout, how)
    check_output(target, overwrite=overwrite, height=height, width=width)
    writer = PictureWriter(target, replace(layout, height=height, width=width), quality=quality, overwrite=overwrite)
    try:
        with ahead(reader.strips(), room=2) as strips:
            for strip in through(strips, layout, how, watch):
                writer.write(strip)
    except BaseException:
        writer.abandon()
        raise
    writer.finish()
    return Sizes(layout.height, layout.width, height, width)


def upscale_picture(picture: Picture, plan: Plan, watch: Watcher | None = None) -> Picture:
    """Enlarge a picture; depth, alpha, profile and metadata stay.

    Raises:
        ImageTooLargeError: If the result would have more pixels than the limit.
        InvalidWeightsError: If the network gives values that are no numbers.
    """
    layout = picture.layout
    height, width = _checked_size(layout, plan)
    enlarged = replace(layout, height=height, width=width)
    return picture_of(through(strips_of(picture), layout, plan, watch), enlarged)


def _checked_size(layout: Layout, plan: Plan) -> tuple[int, int]:
    """Height and width of the result [pixels]."""
    height, width = plan.size(layout.height, layout.width)
    # What is reduced at the end was larger before.
    if max(height * width, layout.height * layout.width * plan.reached**2) > MAX_OUTPUT_PIXELS:
        raise ImageTooLargeError(
            f"the result would have {width}×{height} pixels; results end at {MAX_OUTPUT_PIXELS / 1e6:g} million"
        )
    return height, width
