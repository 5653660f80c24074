"""Animations in PNG files, which libvips takes for their first frame; by Pillow, in 8 bit.

Source: Portable Network Graphics (W3C Recommendation, third edition), sections 11.3.6 and 13.14.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from superres.image.picture import Layout, Metadata
from superres.image.pillow import opened_by_pillow
from superres.image.strips import Strips, pages_of

_COMPRESSION = 2
"""Of zlib: level 6 makes files a seventh smaller and takes four times as long."""
_BACKGROUND = 1
_MOST = 65_535
"""Of the two numbers whose quotient is the time of a frame [s]."""


class AnimatedPng:
    """An animation, of which all but the pixels is read.

    Args:
        path: The file.
        metadata: What libvips has found.

    Raises:
        OSError: If it is damaged.
    """

    def __init__(self, path: Path, metadata: Metadata) -> None:
        self._path = path
        with opened_by_pillow(path) as image:
            # An image that stands for the animation where none can be shown is no part of it.
            self._first = int(bool(image.info.get("default_image")))
            infos = [_info(image, number) for number in range(self._first, getattr(image, "n_frames", 1))]
            # What a frame leaves to the background shows what lies behind the animation.
            has_alpha = image.has_transparency_data or any(info.get("disposal") == _BACKGROUND for info in infos)
            self._mode = {"L": "LA" if has_alpha else "L"}.get(image.mode[:1], "RGBA" if has_alpha else "RGB")
            self.layout = Layout(
                height=image.height,
                width=image.width,
                channels=len(self._mode),
                dtype=np.dtype(np.uint8),
                metadata=replace(
                    metadata,
                    delays=tuple(round(info.get("duration", 0)) for info in infos),
                    loop=int(image.info.get("loop", 0)),
                ),
                pages=len(infos),
            )

    def strips(self) -> Strips:
        """Frame after frame.

        Raises:
            OSError: If the file is damaged.
        """
        with opened_by_pillow(self._path) as image:
            for number in range(self._first, self._first + self.layout.pages):
                image.seek(number)
                yield np.asarray(image.convert(self._mode)).reshape(
                    self.layout.height, self.layout.width, self.layout.channels
                )


def save_animated_png(strips: Strips, layout: Layout, path: Path) -> None:
    """Write an animation.

    Args:
        strips: All frames, 8 bit.
        layout: Of a frame.
        path: The file.

    Raises:
        OSError: If it cannot be written.
    """
    metadata = layout.metadata
    first, *others = _frames(strips, layout)  # Pillow looks through them twice
    extra = PngInfo()
    if metadata.xmp is not None:
        extra.add_itxt("XML:com.adobe.xmp", metadata.xmp.decode(errors="replace"))
    optional: dict[str, Any] = {"icc_profile": metadata.icc, "exif": metadata.exif, "dpi": _dots(metadata)}
    try:
        first.save(
            path,
            "PNG",
            save_all=True,
            append_images=others,
            duration=[_written(delay) for delay in metadata.delays],
            loop=metadata.loop,
            compress_level=_COMPRESSION,
            pnginfo=extra,
            **{name: value for name, value in optional.items() if value is not None},
        )
    except ValueError as error:  # frames that are equal, and together too long
        raise OSError(str(error)) from error


def _written(delay: int) -> int:
    """The nearest time to one that a file can hold [ms]."""
    return delay if delay <= _MOST else 1000 * min(round(delay / 1000), _MOST)


def _info(image: Image.Image, number: int) -> dict[str, Any]:
    """What is said of a frame."""
    image.seek(number)
    return {str(key): value for key, value in image.info.items()}


def _dots(metadata: Metadata) -> tuple[float, float] | None:
    """Resolution in dots per inch."""
    if metadata.resolution is None:
        return None
    return 25.4 * metadata.resolution[0], 25.4 * metadata.resolution[1]


def _frames(strips: Strips, layout: Layout) -> Iterator[Image.Image]:
    for page in pages_of(strips, layout):
        pixels = np.concatenate(list(page))
        yield Image.fromarray(pixels[..., 0] if layout.channels == 1 else pixels)
