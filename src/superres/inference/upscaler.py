"""Enlarging an image in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError
from superres.image.masks import with_mask_told
from superres.image.picture import Picture
from superres.image.strips import picture_of, strips_of
from superres.inference.backends.engines import Engine
from superres.inference.ensemble import Ensemble
from superres.inference.passes import Watcher, checked_size, through
from superres.inference.precision import Precision
from superres.inference.request import Plan, Request, plan, plan_for
from superres.inference.sizing import Sizing, sizing_of
from superres.models.manifest import Tier

_PLAIN = ("L", "LA", "RGB", "RGBA", "I", "I;16", "I;16L", "I;16B", "I;16N", "F")
"""Modes of Pillow whose values are grey or RGB; which of them are of a known type is seen later."""


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
    tile_size: int | None = None,
    ensemble: Ensemble = "none",
    wraps: bool = False,
    is_consistent: bool = False,
) -> NDArray[Any]:
    """Enlarge an image in memory.

    Args:
        image: (H, W) or (H, W, C), uint8 or uint16, or anything that NumPy sees as such, or a Pillow image, whose
            palette becomes RGB; C is 1 for grey, 2 with alpha, 3 for RGB, 4 with alpha.
        scale: Factor along each axis, in (1, 16]; where not given the model's own, or 4. A network of any scale, such
            as LIIF, enlarges by it in one pass; others' result is reduced where they enlarge too much.
        model: Name of a shipped network, or a file; where not given, the shipped network of the scale.
        width: Of the result, in place of a scale; its height follows, so that nothing is stretched [pixels].
        height: The same for the height, and `long_side` for the larger of both [pixels].
        long_side: See `height`.
        fit: Width and height of a frame that the result fills as far as it goes [pixels].
        tier: `tiny` takes the smallest shipped networks: a third of the time in the network or less, a little worse;
            `photo` those that clean blur, noise and JPEG; `texture` those that invent detail; `photo-texture` those
            that do both.
        texture: From 0, the network that is true to the image, to 1, the one whose detail looks true but is invented;
            with `photo` both of them clean.
        precision: `auto` is bfloat16 where the processor has it.
        engine: `auto` is the fastest that is installed; `superres doctor` says which are.
        tile_size: Side of the square whose pixels a tile has [input pixels]; where not given, what is fast here.
        ensemble: `mean` or `median` of the answers to eight flips and turns: a little better, eight times the work.
        wraps: Whether opposite edges go on into each other, as those of textures do; the result's do too.
        is_consistent: Whether the result is corrected until its bicubic reduction is the image.

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
    what = Request(scale=scale, model=model, tier=tier, texture=texture, ensemble=ensemble, wraps=wraps)
    with_engine = replace(what, precision=precision, engine=engine, tile_size=tile_size, is_consistent=is_consistent)
    return _array_upscaled(
        _pixels_of(image), with_engine, sizing_of(width=width, height=height, long_side=long_side, fit=fit)
    )


def _pixels_of(image: Any) -> NDArray[Any]:
    """The array; of a Pillow image with a palette its colours, where NumPy sees their numbers."""
    mode = getattr(image, "mode", None)
    if not isinstance(mode, str) or mode in _PLAIN:
        return np.asarray(image)
    if mode == "1":
        return np.asarray(image.convert("L"))
    if mode in ("P", "PA"):
        return np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    raise InvalidImageError(
        f"a Pillow image of the mode {mode} was given; convert it to L, LA, RGB or RGBA, as by image.convert('RGB')"
    )


def _array_upscaled(pixels: NDArray[Any], request: Request, sizing: Sizing | None) -> NDArray[Any]:
    picture = _picture_of(pixels)
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
            f"got {pixels.dtype} of the shape {pixels.shape}{_hint(pixels)}"
        )
    layers = pixels.reshape(*pixels.shape[:2], channels)
    return Picture(pixels=layers[..., :-1], alpha=layers[..., -1]) if channels in (2, 4) else Picture(pixels=layers)


def _hint(pixels: NDArray[Any]) -> str:
    """What may have been meant instead."""
    if pixels.dtype.kind in "UO":
        return "; files are enlarged by upscale_file"
    if pixels.dtype.kind == "f":
        return "; values from 0 to 1 become such an array by np.uint8(np.clip(image * 255 + 0.5, 0, 255))"
    if pixels.ndim == 3 and 1 <= pixels.shape[0] <= 4 < pixels.shape[2]:
        return "; channels come last"
    return ""


def upscale_picture(picture: Picture, plan: Plan, watch: Watcher | None = None) -> Picture:
    """Enlarge a picture; depth, alpha, profile and metadata stay.

    Raises:
        ImageTooLargeError: If the result would have more pixels than the limit.
        InvalidWeightsError: If the network gives values that are no numbers.
    """
    layout = with_mask_told(picture.layout, lambda: strips_of(picture))
    height, width = checked_size(layout, plan)
    enlarged = replace(layout, height=height, width=width)
    return picture_of(through(strips_of(picture), layout, plan, watch), enlarged)
