"""Which kinds of picture files this installation reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from superres.image.libvips import pyvips
from superres.image.pillow import kinds

_NAMES = {
    "PNG": ("pngload", "pngsave"),
    "JPEG": ("jpegload", "jpegsave"),
    "WebP": ("webpload", "webpsave"),
    "TIFF": ("tiffload", "tiffsave"),
    "AVIF": ("heifload", "heifsave"),
    "GIF": ("gifload", "gifsave"),
}
"""libvips' operations; what is written is what `superres.image.formats` knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Codec:
    """What can be done with a kind of file."""

    is_read: bool
    is_written: bool


def codecs() -> Mapping[str, Codec]:
    """Every kind that superres knows, by its name."""
    found = {name: Codec(is_read=_has(load), is_written=_has(save)) for name, (load, save) in _NAMES.items()}
    others = {"HEIC": find_spec("pillow_heif") is not None, **kinds()}
    return {**found, **{name: Codec(is_read=is_read, is_written=False) for name, is_read in others.items()}}


def _has(operation: str) -> bool:
    found: Any = pyvips.type_find("VipsOperation", operation) if operation else 0
    return bool(found)
