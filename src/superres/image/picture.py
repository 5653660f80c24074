"""A picture: its pixels, and everything about it that is not pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What travels from the input to the output unchanged."""

    icc: bytes | None = None
    """Colour profile."""
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    exif_fields: tuple[tuple[str, str], ...] = ()
    """The EXIF tags as libvips names and prints them; it writes only tags that it finds here."""
    resolution: tuple[float, float] | None = None
    """Horizontal and vertical, in pixels per millimetre."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An upright image in memory."""

    pixels: Integers
    """(H, W, C), uint8 or uint16; C is 1 for grey, 3 for RGB."""
    alpha: Integers | None = None
    """(H, W), of the same type; 0 is transparent."""
    metadata: Metadata = field(default_factory=Metadata)

    @property
    def height(self) -> int:
        """Rows."""
        return self.pixels.shape[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.pixels.shape[1]

    @property
    def is_grey(self) -> bool:
        """Whether there is one channel."""
        return self.pixels.shape[2] == 1


def depth_of(pixels: NDArray[Any]) -> int:
    """The value of white: 255 or 65535."""
    return int(np.iinfo(pixels.dtype).max)
