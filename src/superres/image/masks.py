"""Alpha that is a mask: each pixel shows as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from superres.image.picture import Integers, Layout, white_of
from superres.image.strips import Strips


def with_mask_told(layout: Layout, strips: Callable[[], Strips]) -> Layout:
    """The layout, and whether alpha is a mask, for which alpha is read up to the first pixel that says no.

    Args:
        layout: Of the strips.
        strips: Makes all rows; not called where there is no alpha.
    """
    if not layout.has_alpha or layout.is_mask:
        return layout
    return replace(layout, is_mask=all(_is_mask(strip[..., -1]) for strip in strips()))


def masked(strip: Integers) -> Integers:
    """Pixels that show half or more do so as a whole, the others not at all.

    Args:
        strip: (h, W, C), alpha last.
    """
    white = white_of(strip)
    held = strip.copy()
    held[..., -1] = (held[..., -1] > white // 2) * held.dtype.type(white)
    return held


def _is_mask(alpha: Integers) -> bool:
    return bool(((alpha == 0) | (alpha == white_of(alpha))).all())
