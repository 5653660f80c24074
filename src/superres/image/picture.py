"""A picture: its pixels, and everything about it that is not pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError

Integers = NDArray[np.uint8 | np.uint16]


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What travels from the input to the output; nothing in it asks for a turn."""

    icc: bytes | None = None
    """Colour profile."""
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    exif_fields: tuple[tuple[str, str], ...] = ()
    """The EXIF tags as libvips names and prints them; it writes only tags that it finds here."""
    resolution: tuple[float, float] | None = None
    """Horizontal and vertical, in pixels per millimetre."""
    delays: tuple[int, ...] = ()
    """How long each frame of an animation is shown [ms]; empty where pages are no frames."""
    loop: int = 0
    """How often an animation runs; 0 is for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """What is known of a picture before its pixels are."""

    height: int
    """Rows of a page."""
    width: int
    """Columns."""
    channels: int
    """1 for grey, 2 with alpha, 3 for RGB, 4 with alpha, which comes last."""
    dtype: np.dtype[Any]
    """uint8 or uint16."""
    metadata: Metadata = field(default_factory=Metadata)
    pages: int = 1
    """Of one size; in strips, one below the other."""
    is_mask: bool = False
    """Whether each pixel either shows or does not, and shall do so in what is made of it."""

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is alpha."""
        return self.channels in (2, 4)

    @property
    def is_grey(self) -> bool:
        """Whether there is one channel of colour."""
        return self.channels <= 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An upright image in memory.

    Raises:
        InvalidImageError: If type, shape or channels are not as stated, or there are no pixels.
    """

    pixels: Integers
    """(H, W, C), uint8 or uint16; C is 1 for grey, 3 for RGB."""
    alpha: Integers | None = None
    """(H, W), of the same type; 0 is transparent."""
    metadata: Metadata = field(default_factory=Metadata)

    def __post_init__(self) -> None:
        pixels, alpha = self.pixels, self.alpha
        is_image = pixels.ndim == 3 and pixels.shape[2] in (1, 3) and pixels.size > 0
        if not is_image or pixels.dtype.name not in ("uint8", "uint16"):
            raise InvalidImageError(
                f"a picture needs pixels (height, width, 1 or 3) of uint8 or uint16, got {pixels.dtype} {pixels.shape}"
            )
        if alpha is not None and (alpha.shape != pixels.shape[:2] or alpha.dtype != pixels.dtype):
            raise InvalidImageError(
                f"pixels of {pixels.dtype} {pixels.shape} need alpha of the same type and {pixels.shape[:2]}, "
                f"got {alpha.dtype} {alpha.shape}"
            )

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

    @property
    def layout(self) -> Layout:
        """All but the pixels."""
        channels = self.pixels.shape[2] + (self.alpha is not None)
        return Layout(
            height=self.height,
            width=self.width,
            channels=channels,
            dtype=self.pixels.dtype,
            metadata=self.metadata,
        )


def white_of(pixels: NDArray[Any]) -> int:
    """The value of white: 255 or 65535."""
    return int(np.iinfo(pixels.dtype).max)
