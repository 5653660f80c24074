"""PNG files written while their rows are made, in blocks that several threads filter and compress.

libvips would ask for rows one at a time and compress with zlib, which takes four times as long as Intel's igzip for
files a thirtieth smaller: on a processor with matrix instructions, as long as the network. What else a file says,
profile, EXIF, XMP and resolution, libvips writes into a tiny image, from which it is taken.

Source: Portable Network Graphics (W3C Recommendation, third edition), sections 5 to 11; RFC 1950 and 1951.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from superres.image.libvips import pyvips
from superres.image.metadata import with_metadata
from superres.image.picture import Layout, Metadata
from superres.image.stored_png import SIGNATURE, chunk, header
from superres.image.strips import Strips, Window

_LEVEL = 1
"""Of igzip, 0 to 3: 0 makes files an eighth larger, 2 and 3 take longer for nearly nothing."""
_BLOCK = 2**20
"""Bytes of rows that a thread takes. Each block is compressed by itself, for files a hundredth larger."""
_CACHED = 2**18
"""Bytes that are filtered at a time, which the processor's cache holds."""
_ZLIB = b"\x78\x01"
"""How a stream begins: deflate with a window of 32 KiB (RFC 1950)."""
_END = b"\x03\x00"
"""An empty last block (RFC 1951)."""
_AVERAGE = 3
"""The filter that takes from each byte the mean of those to its left and above: of enlarged photographs, which are
smooth, it leaves least."""
_THREADS = min(4, os.cpu_count() or 1)
_OWN = (b"IHDR", b"IDAT", b"IEND")


def write_png(strips: Strips, layout: Layout, target: Path) -> None:
    """Write a file of any name.

    Args:
        strips: All rows.
        layout: What they are, with metadata.
        target: Where.

    Raises:
        pyvips.Error: If libvips cannot write the metadata.
        OSError: If the place does not take the file.
        Exception: What the strips raise.
    """
    with target.open("wb") as file:
        file.write(SIGNATURE + header(layout))
        for kind, content in _told(layout):
            file.write(chunk(kind, content))
        file.write(chunk(b"IDAT", _ZLIB))
        checksum = 1
        for filtered, packed in _packed(strips, layout):
            checksum = isal_zlib.adler32(filtered.data, checksum)
            file.write(chunk(b"IDAT", packed))
        file.write(chunk(b"IDAT", _END + checksum.to_bytes(4, "big")) + chunk(b"IEND", b""))


def _packed(strips: Strips, layout: Layout) -> Iterator[tuple[NDArray[np.uint8], bytes]]:
    """Blocks of filtered rows, and what they become; where they are cut does not depend on the strips."""
    blocks = _blocks(strips, layout)
    pixel = layout.channels * layout.dtype.itemsize
    waiting: deque[Future[tuple[NDArray[np.uint8], bytes]]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for above, rows in blocks:
            waiting.append(pool.submit(_block, above, rows, pixel))
            if len(waiting) > _THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _blocks(strips: Strips, layout: Layout) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """The row above, and rows as bytes, (1, n) and (h, n)."""
    across = layout.width * layout.channels * layout.dtype.itemsize
    at_once = max(1, _BLOCK // across)
    window = Window(strips)
    above = np.zeros((1, across), np.uint8)
    for top in range(0, layout.height, at_once):
        rows = _bytes(window.rows(top, min(top + at_once, layout.height)))
        yield above, rows
        above = rows[-1:]


def _block(above: NDArray[np.uint8], rows: NDArray[np.uint8], pixel: int) -> tuple[NDArray[np.uint8], bytes]:
    """Rows behind the number of their filter, and what they become."""
    filtered = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = _AVERAGE
    at_once = max(1, _CACHED // rows.shape[1])
    for top in range(0, len(rows), at_once):
        part = rows[top : top + at_once]
        upper = np.concatenate([above, part[:-1]])
        left = np.zeros_like(part)
        left[:, pixel:] = part[:, :-pixel]
        # The mean without the bit that their sum would not fit into.
        mean = (left & upper) + ((left ^ upper) >> 1)
        np.subtract(part, mean, out=filtered[top : top + len(part), 1:])
        above = part[-1:]
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -isal_zlib.MAX_WBITS)
    return filtered, packer.compress(filtered.data) + packer.flush(isal_zlib.Z_SYNC_FLUSH)


def _bytes(rows: NDArray[Any]) -> NDArray[np.uint8]:
    """(h, bytes), in the order of networks."""
    values = rows.astype(rows.dtype.newbyteorder(">"), copy=False)
    return np.ascontiguousarray(values).reshape(len(rows), -1).view(np.uint8)


def _told(layout: Layout) -> Iterator[tuple[bytes, bytes]]:
    """Chunks with what a file says beside its pixels."""
    exif = layout.metadata.exif
    for kind, content in _chunks(replace(layout, height=1, width=1), {}):
        if kind == b"eXIf" and exif is not None:
            yield kind, _exif(layout)
        elif kind not in _OWN:
            yield kind, content


def _exif(layout: Layout) -> bytes:
    """The block, in which libvips writes the size of the image: so that one needs its size, in one bit a pixel."""
    told = layout.metadata
    only = Metadata(exif=told.exif, exif_fields=told.exif_fields, resolution=told.resolution)
    flat = replace(layout, channels=1, dtype=np.dtype(np.uint8), metadata=only)
    return next(content for kind, content in _chunks(flat, {"bitdepth": 1}) if kind == b"eXIf")


def _chunks(layout: Layout, options: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """Of a black image that libvips has written."""
    black: Any = pyvips.Image.black(layout.width, layout.height, bands=layout.channels)
    is_wide = layout.dtype == np.uint16
    kind = ("grey16" if is_wide else "b-w") if layout.is_grey else ("rgb16" if is_wide else "srgb")
    image = black.cast("ushort" if is_wide else "uchar").copy(interpretation=kind)
    image = with_metadata(image, layout.metadata, is_jpeg=False)
    data: bytes = image.pngsave_buffer(compression=1, filter="none", **options)
    place = len(SIGNATURE)
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length
