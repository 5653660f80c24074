"""What each file format can hold, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from superres.image.picture import Layout

JPEG_QUALITY = 95
AVIF_QUALITY = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """A format that pictures can be written in."""

    save: Callable[[Any, bytes, int | None], None] | None
    """Writes a libvips image to a path at a quality; None for PNG, which has writers of its own."""
    finish: Callable[[Path, Layout], None] | None = None
    """Adds what libvips has not written."""
    has_alpha: bool
    is_wide: bool
    """Whether it takes 16-bit values."""
    longest_side: int
    """Of a picture [pixels]."""
    has_frames: bool = False
    """Whether it takes animations."""
    has_pages: bool = False
    """Whether it takes several pages of one size."""


def _save_jpeg(image: Any, path: bytes, quality: int | None) -> None:
    # Codes made for each image make files a thirtieth smaller, in twice the time and with the whole image in memory.
    image.jpegsave(path, Q=quality or JPEG_QUALITY, subsample_mode="auto")


def _save_webp(image: Any, path: bytes, quality: int | None) -> None:
    if quality is not None:
        image.webpsave(path, Q=quality, effort=4)
        return
    # Without `exact`, colours under full transparency are lost. Where nothing is lost, Q is how hard the encoder tries:
    # 100 takes six times as long as 0, for a file smaller by a five-hundredth.
    image.webpsave(path, lossless=True, exact=True, Q=0, effort=2)


def _save_tiff(image: Any, path: bytes, _: int | None) -> None:
    image.tiffsave(path, compression="deflate", predictor="horizontal", bigtiff=image.width * image.height > 2**28)


def _add_tags(path: Path, layout: Layout) -> None:
    from superres.image.tiff_tags import add_tags  # noqa: PLC0415 - with Pillow, which most pictures do not need

    add_tags(path, layout)


def _save_gif(image: Any, path: bytes, _: int | None) -> None:
    # Where frames repeat, their delays would be added up.
    image.gifsave(path, keep_duplicate_frames=True)


def _save_avif(image: Any, path: bytes, quality: int | None) -> None:
    depth = 12 if image.format == "ushort" else 8
    image.heifsave(path, compression="av1", Q=quality or AVIF_QUALITY, bitdepth=depth, effort=2)


_JPEG = Format(save=_save_jpeg, has_alpha=False, is_wide=False, longest_side=65_500)
_PNG = Format(save=None, has_alpha=True, is_wide=True, longest_side=2**31 - 1, has_frames=True)
_TIFF = Format(save=_save_tiff, finish=_add_tags, has_alpha=True, is_wide=True, longest_side=2**31 - 1, has_pages=True)

FORMATS: Mapping[str, Format] = {
    ".png": _PNG,
    ".apng": _PNG,
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": Format(save=_save_webp, has_alpha=True, is_wide=False, longest_side=16_383, has_frames=True),
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".gif": Format(save=_save_gif, has_alpha=True, is_wide=False, longest_side=65_535, has_frames=True),
    ".avif": Format(save=_save_avif, has_alpha=True, is_wide=True, longest_side=16_384),
}
"""Formats by the endings of file names."""
