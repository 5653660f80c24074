"""Small images that several tests share, and files that are made without the package."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDE_SUFFIXES = (".png", ".tif")
"""Formats that hold 16 bit, grey and alpha without loss."""


def noise(*shape: int, dtype: Any = np.uint8, seed: int = 0) -> NDArray[Any]:
    """Random integers over the whole range of their type."""
    return np.random.default_rng(seed).integers(0, int(np.iinfo(dtype).max) + 1, shape, dtype)


def slopes(height: int, width: int, dtype: Any = np.uint8) -> NDArray[Any]:
    """A smooth RGB image, different towards each side, that lossy formats keep well."""
    down, across = np.mgrid[0:height, 0:width]
    planes = [down / max(height - 1, 1), across / max(width - 1, 1), np.full((height, width), 0.25)]
    return np.rint(np.stack(planes, axis=2) * np.iinfo(dtype).max).astype(dtype)


def png_header(width: int, height: int, *, depth: int = 8, kind: int = 2) -> bytes:
    """A PNG file up to its pixels; kind 0 is grey, 2 RGB, 4 grey with alpha, 6 RGBA."""
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))


def png_of(values: NDArray[Any]) -> bytes:
    """A PNG file of (H, W, C), written as ISO/IEC 15948 says; Pillow cannot write 16-bit colour."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + row.astype(values.dtype.newbyteorder(">")).tobytes() for row in values)
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    head = png_header(width, height, depth=8 * values.dtype.itemsize, kind=kind)
    return head + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def seen_by_pillow(path: Path) -> NDArray[Any]:
    """Pixels as another library reads them, (H, W) or (H, W, C)."""
    with Image.open(path) as image:
        return np.asarray(image)


def photos_in(folder: Path, count: int) -> Path:
    """Small pictures in three folders below one, all different."""
    random = np.random.default_rng(0)
    for number in range(count):
        (folder / str(number % 3)).mkdir(exist_ok=True)
        pixels = random.integers(0, 256, (150, 200, 3), np.uint8)
        (folder / str(number % 3) / f"{number}.png").write_bytes(png_of(pixels))
    return folder
