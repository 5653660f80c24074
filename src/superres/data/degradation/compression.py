"""What JPEG and WebP lose, by the encoders themselves, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from superres.data.degradation.planes import Planes, Size, pixels_of, planes_of
from superres.errors import InvalidConfigError
from superres.image.libvips import pyvips


@dataclass(frozen=True, kw_only=True, slots=True)
class JPEG:
    """Written as JPEG and read again.

    Raises:
        InvalidConfigError: If the quality is out of range.
    """

    kind: Literal["jpeg"] = "jpeg"
    quality: int
    """1 to 100."""
    chroma: Literal["4:4:4", "4:2:0"] = "4:2:0"
    """Whether colour is kept for each pixel, or for each two by two."""
    origin: tuple[int, int] = (0, 0)
    """Rows and columns of the first block that were cut off since, as when a photograph was cropped."""

    def __post_init__(self) -> None:
        _check_quality("JPEG", self.quality)

    def apply(self, planes: Planes, _: Size) -> Planes:
        """The planes of whole numbers that the decoder gives."""
        mode = "off" if self.chroma == "4:4:4" else "on"
        top, left = self.origin
        whole = np.pad(planes, ((0, 0), (top, 0), (left, 0)), mode="symmetric") if top or left else planes
        content = _picture(whole).jpegsave_buffer(Q=self.quality, subsample_mode=mode, keep="none")
        decoded = _read(pyvips.Image.jpegload_buffer(content, access="sequential"))
        return np.ascontiguousarray(decoded[:, top:, left:])


@dataclass(frozen=True, kw_only=True, slots=True)
class WebP:
    """Written as lossy WebP and read again.

    Raises:
        InvalidConfigError: If the quality is out of range.
    """

    kind: Literal["webp"] = "webp"
    quality: int
    """1 to 100."""

    def __post_init__(self) -> None:
        _check_quality("WebP", self.quality)

    def apply(self, planes: Planes, _: Size) -> Planes:
        """The planes of whole numbers that the decoder gives."""
        return _read(pyvips.Image.webpload_buffer(_picture(planes).webpsave_buffer(Q=self.quality, effort=2)))


def _check_quality(name: str, quality: int) -> None:
    if not 1 <= quality <= 100:
        raise InvalidConfigError(f"{name} has qualities from 1 to 100, got {quality}")


def _picture(planes: Planes) -> Any:
    image: Any = pyvips.Image.new_from_array(pixels_of(planes))
    return image.copy(interpretation="srgb" if len(planes) == 3 else "b-w")


def _read(image: Any) -> Planes:
    values: Any = image.numpy()
    return planes_of(np.atleast_3d(values))
