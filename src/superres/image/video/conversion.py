"""Frames of a film as arrays, and arrays as frames.

FFmpeg's scaler converts, with every chroma sample interpolated and every sum rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from av import VideoFormat, VideoFrame
from av.video.reformatter import Interpolation

from superres.image.picture import Integers
from superres.image.video.film import Tags

_CAREFULLY = int(
    Interpolation.BICUBIC
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.ACCURATE_RND
    | Interpolation.BITEXACT
)
_DEFAULT_MATRIX = 5
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
"""Code points of ITU-T H.273, and what the scaler calls them."""


@dataclass(frozen=True, slots=True)
class Form:
    """What matters of how pixels are stored."""

    bits: int
    sampling: tuple[int, int]
    """Pixels that share their chroma, across and down."""
    has_alpha: bool
    is_rgb: bool
    is_grey: bool

    @property
    def channels(self) -> int:
        """Of the arrays that frames become."""
        return 4 if self.has_alpha else 1 if self.is_grey else 3


def form_of(name: str) -> Form:
    """Of a format, as FFmpeg names it."""
    side = 16
    parts = VideoFormat(name, side, side).components
    chroma = [part for part in parts if part.is_chroma]
    is_mapped = VideoFormat(name).has_palette
    return Form(
        bits=max(part.bits for part in parts),
        sampling=(side // chroma[0].width, side // chroma[0].height) if chroma else (1, 1),
        has_alpha=any(part.is_alpha for part in parts) or is_mapped,
        is_rgb=VideoFormat(name).is_rgb or is_mapped,
        is_grey=len(parts) == 1 and not is_mapped,
    )


def to_pixels(frame: VideoFrame, tags: Tags, size: tuple[int, int]) -> Integers:
    """A frame as an array.

    Args:
        frame: Of a film.
        tags: Resolved.
        size: Height and width that the array shall have [pixels], which a frame in between may not have.

    Returns:
        (H, W, C), uint8, or uint16 of more than 8 bits.
    """
    form = form_of(frame.format.name)
    wide = frame.reformat(
        width=size[1],
        height=size[0],
        format=_array_format(form),
        src_colorspace=_matrix(tags),
        src_color_range=tags.range,
        dst_color_range=tags.range if form.is_grey else 2,
        interpolation=_CAREFULLY,
    )
    pixels = cast("Integers", wide.to_ndarray())
    return pixels[..., None] if pixels.ndim == 2 else pixels


def to_frame(pixels: Integers, form_name: str, tags: Tags) -> VideoFrame:
    """An array as a frame.

    Args:
        pixels: (H, W, C), uint8 or uint16; C is 1 for grey, 3 for RGB, 4 with alpha.
        form_name: How they shall be stored.
        tags: Resolved.
    """
    form = form_of(form_name)
    values: Any = np.ascontiguousarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    frame = VideoFrame.from_ndarray(values, _names(pixels.shape[2], is_wide=pixels.dtype == np.uint16))
    made = frame.reformat(
        format=form_name,
        dst_colorspace=_matrix(tags),
        src_color_range=tags.range if pixels.shape[2] == 1 else 2,
        dst_color_range=2 if form.is_rgb else tags.range,
        interpolation=_CAREFULLY,
    )
    made.colorspace, made.color_range = tags.matrix, tags.range
    made.color_primaries, made.color_trc = tags.primaries, tags.transfer
    return made


def _array_format(form: Form) -> str:
    return _names(form.channels, is_wide=form.bits > 8)


def _names(channels: int, *, is_wide: bool) -> str:
    narrow, wide = {1: ("gray", "gray16le"), 3: ("rgb24", "rgb48le"), 4: ("rgba", "rgba64le")}[channels]
    return wide if is_wide else narrow


def _matrix(tags: Tags) -> int:
    return _MATRICES.get(tags.matrix, _DEFAULT_MATRIX)
