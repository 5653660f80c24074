"""A training set decoded once, into one memory map of bytes.

Decoding is what makes loaders slow: whole PNG files give 14 patches a second and worker, a memory map
gives thousands. The map holds each image and its bicubic reductions, (H, W, 3) uint8, one after another.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import lcm
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from superres.data.datasets.rgb import read_rgb
from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import MissingFileError, UnknownNameError, UnreadableFileError
from superres.image.files import image_files

_VERSION = b"packed 1"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an image and its reductions lie."""

    name: str
    height: int
    width: int
    offset: int


_INDEX = TypeAdapter(tuple[_Place, ...])


class PackedImages:
    """An opened memory map.

    Args:
        folder: What `pack` made.
        scales: The reductions that it holds, in their order.
        content_hash: Of the source files and scales.

    Raises:
        UnreadableFileError: If the map is damaged.
    """

    def __init__(self, folder: Path, scales: Sequence[int], content_hash: str) -> None:
        self.content_hash = content_hash
        self._scales = tuple(scales)
        self._places = _INDEX.validate_json((folder / "index.json").read_bytes())
        path = folder / "pixels.bin"
        expected = sum(_bytes_of(place, self._scales) for place in self._places)
        if not path.is_file() or path.stat().st_size != expected:
            raise UnreadableFileError(
                f"{path} should hold {expected} bytes and does not; remove {folder} to make it anew"
            )
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r")

    def __len__(self) -> int:
        return len(self._places)

    def name(self, index: int) -> str:
        """File name of an image."""
        return self._places[index].name

    def size(self, index: int) -> tuple[int, int]:
        """Height and width of an image [pixels]."""
        return self._places[index].height, self._places[index].width

    def high(self, index: int) -> Pixels:
        """An image, (H, W, 3) uint8; a view into the map."""
        return self._view(self._places[index].offset, *self.size(index))

    def low(self, index: int, scale: int) -> Pixels:
        """Its bicubic reduction, (H / scale, W / scale, 3) uint8; a view into the map.

        Raises:
            UnknownNameError: If the set was packed without this scale.
        """
        if scale not in self._scales:
            known = ", ".join(f"×{other}" for other in self._scales)
            raise UnknownNameError(f"this set was packed without reductions ×{scale}; it holds {known or 'none'}")
        height, width = self.size(index)
        before = self._scales[: self._scales.index(scale)]
        offset = self._places[index].offset + _bytes_of(self._places[index], before)
        return self._view(offset, height // scale, width // scale)

    def _view(self, offset: int, height: int, width: int) -> Pixels:
        return self._bytes[offset : offset + 3 * height * width].reshape(height, width, 3)


def _bytes_of(place: _Place, scales: Sequence[int]) -> int:
    """Bytes of an image and its reductions."""
    return sum(3 * (place.height // scale) * (place.width // scale) for scale in (1, *scales))


def pack(
    folders: Sequence[Path], destination: Path, scales: Sequence[int], *, without: Container[Path] = ()
) -> PackedImages:
    """Open the packed form of some folders' images; make it first where it is missing or out of date.

    Images are cropped to a multiple of all scales; grey becomes RGB, alpha is dropped, 16 bit becomes 8.

    Args:
        folders: Of images.
        destination: Where packed sets are kept, each under the hash of its content.
        scales: Reductions to hold.
        without: Files of these folders that are left out.

    Raises:
        MissingFileError: If a folder is missing or empty, or none is given.
        UnreadableFileError: If an image is damaged.
        InvalidImageError: If an image is smaller than the multiple.
    """
    paths = [path for folder in folders for path in image_files(folder) if path not in without]
    if not paths:
        raise MissingFileError("a set was to be packed, but no folder of images was given")
    content_hash = _hash(paths, scales)
    folder = destination / content_hash[:16]
    if not (folder / "index.json").exists():
        _build(paths, folder, scales)
    return PackedImages(folder, scales, content_hash)


def _hash(paths: Iterable[Path], scales: Sequence[int]) -> str:
    total = hashlib.sha256(_VERSION + repr(tuple(scales)).encode())
    for path in paths:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _build(paths: Sequence[Path], folder: Path, scales: Sequence[int]) -> None:
    """Write into a folder of another name, and rename it once it is complete."""
    unfinished = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.part")
    unfinished.mkdir(parents=True)
    try:
        places = list(_write_pixels(paths, unfinished / "pixels.bin", scales))
        (unfinished / "index.json").write_text(json.dumps([asdict(place) for place in places]), encoding="utf-8")
        try:
            unfinished.rename(folder)
        except OSError:  # another process was faster; its content is the same
            if not (folder / "index.json").exists():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_pixels(paths: Sequence[Path], target: Path, scales: Sequence[int]) -> Iterator[_Place]:
    offset = 0
    with target.open("wb") as file:
        for path in paths:
            high = read_rgb(path, multiple_of=lcm(*scales))
            parts = [high, *(bicubic_reduction(high, scale) for scale in scales)]
            for part in parts:
                file.write(np.ascontiguousarray(part).data)
            yield _Place(path.name, high.shape[0], high.shape[1], offset)
            offset += sum(part.size for part in parts)
        file.flush()
        os.fsync(file.fileno())
