"""Which kinds of picture files this installation reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyvips

_NAMES = {
    "PNG": ("pngload", "pngsave"),
    "JPEG": ("jpegload", "jpegsave"),
    "WebP": ("webpload", "webpsave"),
    "TIFF": ("tiffload", "tiffsave"),
    "AVIF": ("heifload", "heifsave"),
    "GIF": ("gifload", ""),
}
"""libvips' operations; what is written is what `superres.image.formats` knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Codec:
    """What can be done with a kind of file."""

    is_read: bool
    is_written: bool


def codecs() -> Mapping[str, Codec]:
    """Every kind that superres knows, by its name."""
    return {name: Codec(is_read=_has(load), is_written=_has(save)) for name, (load, save) in _NAMES.items()}


def _has(operation: str) -> bool:
    found: Any = pyvips.type_find("VipsOperation", operation) if operation else 0
    return bool(found)
