"""An image as a PNG stream that is not compressed: a form in which libvips takes pixels while they are made.

Source: Portable Network Graphics (W3C Recommendation, third edition), sections 5 to 11; RFC 1951, section 3.2.4.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from superres.image.picture import Layout
from superres.image.strips import Strips

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""PNG's numbers for grey, grey with alpha, RGB and RGB with alpha, by the number of channels."""
_PIECE = 2**20
"""Bytes of pixels that are copied at a time."""


def stored_png(strips: Strips, layout: Layout) -> Iterator[bytes]:
    """The bytes of the stream, a piece at a time.

    Args:
        strips: All rows.
        layout: What they are; its metadata is left out.
    """
    yield SIGNATURE + header(layout)
    stored = zlib.compressobj(level=0)
    rows_at_once = max(1, _PIECE // (layout.width * layout.channels * layout.dtype.itemsize))
    for part in (strip[top : top + rows_at_once] for strip in strips for top in range(0, len(strip), rows_at_once)):
        # Network byte order, and before each row the number of its filter, which is none.
        values = part.astype(layout.dtype.newbyteorder(">"), copy=False).reshape(len(part), -1)
        rows = np.zeros((len(part), 1 + values.shape[1] * values.itemsize), np.uint8)
        rows[:, 1:] = np.ascontiguousarray(values).view(np.uint8)
        yield chunk(b"IDAT", stored.compress(rows.data))
    yield chunk(b"IDAT", stored.flush()) + chunk(b"IEND", b"")


def header(layout: Layout) -> bytes:
    """The chunk that says how large an image is, and of what kind."""
    bits, kind = 8 * layout.dtype.itemsize, _COLOUR_TYPES[layout.channels]
    return chunk(b"IHDR", struct.pack(">IIBBBBB", layout.width, layout.height, bits, kind, 0, 0, 0))


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a file, between its length and its checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return b"".join([struct.pack(">I", len(content)), kind, content, struct.pack(">I", checksum)])
