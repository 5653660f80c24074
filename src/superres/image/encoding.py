"""From pixels to an image file, by libvips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from superres.image.compressed_png import write_png
from superres.image.formats import FORMATS, Format
from superres.image.libvips import pyvips
from superres.image.metadata import in_pages, with_metadata
from superres.image.picture import Integers, Layout, white_of
from superres.image.pixels import to_eight_bit
from superres.image.stored_png import stored_png
from superres.image.strips import Strips


def encode(strips: Strips, layout: Layout, target: Path, form: Format, quality: int | None) -> None:
    """Write an image into a file of any name; rows are encoded while others are still made.

    Args:
        strips: All rows; what the format cannot hold is rounded, or shown on white. Taken in other threads.
        layout: What they are.
        target: Where.
        form: The format.
        quality: See `superres.image.files.write_picture`.

    Raises:
        pyvips.Error: If libvips cannot write it.
        Exception: What the strips raise.
    """
    fitted = _fitting_layout(layout, form)
    held = (_fitting(strip, layout, form) for strip in strips)
    if form.save is None:
        _save_png(held, fitted, target)
        return
    is_jpeg = form is FORMATS[".jpg"]
    fitted = replace(fitted, height=fitted.height * fitted.pages)
    first = next(held)
    source = None if len(first) == fitted.height else _Source(stored_png(chain([first], held), fitted))
    try:
        image = _whole(first) if source is None else source.image()
        image = with_metadata(image.copy(interpretation=_colour_of(fitted)), layout.metadata, is_jpeg=is_jpeg)
        if layout.pages > 1:
            image = in_pages(image, layout)
        form.save(image, os.fsencode(target), quality)
    finally:
        if source is not None:
            source.check()
    if form.finish is not None:
        form.finish(target, layout)


def _save_png(strips: Strips, layout: Layout, target: Path) -> None:
    if layout.pages == 1:
        write_png(strips, layout, target)
        return
    from superres.image.animated_png import save_animated_png  # noqa: PLC0415 - with Pillow, which most pictures do not need

    save_animated_png(strips, layout, target)


def _whole(pixels: Integers) -> Any:
    return pyvips.Image.new_from_array(np.ascontiguousarray(pixels))


class _Source:
    """Bytes that libvips asks for, in its own threads."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = memoryview(b"")
        self._error: Exception | None = None
        self._custom: Any = pyvips.SourceCustom()  # kept, since libvips calls it as long as it reads
        self._custom.on_read(self._read)

    def image(self) -> Any:
        """What libvips sees, a row after another."""
        image: Any = pyvips.Operation.call("pngload_source", self._custom, access="sequential", fail_on="error")
        image = image.copy()
        image.remove("bits-per-sample")  # what that stream says of itself is nothing that the file shall say
        return image

    def check(self) -> None:
        """Raise what the parts have raised, which libvips only knows as an early end."""
        if self._error is not None:
            raise self._error

    def _read(self, size: int) -> bytes:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._parts))
        except StopIteration:
            return b""
        except Exception as error:
            self._error = error
            return b""
        taken, self._rest = self._rest[:size], self._rest[size:]
        return bytes(taken)


def _colour_of(layout: Layout) -> str:
    if layout.dtype == np.uint16:
        return "grey16" if layout.is_grey else "rgb16"
    return "b-w" if layout.is_grey else "srgb"


def _fitting_layout(layout: Layout, form: Format) -> Layout:
    dtype = layout.dtype if _is_wide(layout, form) else np.dtype(np.uint8)
    channels = layout.channels - (layout.has_alpha and not form.has_alpha)
    return replace(layout, dtype=dtype, channels=channels)


def _fitting(strip: Integers, layout: Layout, form: Format) -> Integers:
    """A strip as the format can hold it."""
    held = strip if _is_wide(layout, form) else to_eight_bit(strip)
    return _on_white(held[..., :-1], held[..., -1]) if layout.has_alpha and not form.has_alpha else held


def _is_wide(layout: Layout, form: Format) -> bool:
    """Whether 16 bits can be kept; Pillow, which writes animations as PNG, has eight."""
    return form.is_wide and (layout.pages == 1 or form.has_pages)


def _on_white(pixels: Integers, alpha: Integers) -> Any:
    white = white_of(pixels)
    cover = alpha[..., None].astype(np.float32) / white
    return np.rint(pixels * cover + white * (1 - cover)).astype(pixels.dtype)
