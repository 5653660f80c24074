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
from superres.errors import InvalidRequestError, MissingFileError, UnknownNameError, UnreadableFileError
from superres.image.files import image_files
from superres.image.geometry import crop_to_multiple
from superres.image.resize import resize_integers

_VERSION = b"packed 1"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an image and its reductions lie."""

    name: str
    """Of the file, and the share of its size where it is reduced."""
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
        """File name of an image; of a reduced one with its share, `woman.png at 0.7`."""
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
    folders: Sequence[Path],
    destination: Path,
    scales: Sequence[int],
    *,
    without: Container[Path] = (),
    also_at: Sequence[float] = (),
) -> PackedImages:
    """Open the packed form of some folders' images; make it first where it is missing or out of date.

    Images are cropped to a multiple of all scales; grey becomes RGB, alpha is dropped, 16 bit becomes 8.

    Args:
        folders: Of images.
        destination: Where packed sets are kept, each under the hash of its content.
        scales: Reductions to hold.
        without: Files of these folders that are left out.
        also_at: Shares of its size, in (0, 1), at which each image follows once more, reduced by bicubic interpolation
            with antialiasing.

    Raises:
        MissingFileError: If a folder is missing or empty, or none is given.
        UnreadableFileError: If an image is damaged.
        InvalidImageError: If an image is smaller than the multiple.
        InvalidRequestError: If a share lies outside.
    """
    if not all(0 < share < 1 for share in also_at):
        raise InvalidRequestError(f"shares of an image's size lie between 0 and 1; got {', '.join(map(str, also_at))}")
    paths = [path for folder in folders for path in image_files(folder) if path not in without]
    if not paths:
        raise MissingFileError("a set was to be packed, but no folder of images was given")
    content_hash = _hash(paths, scales, also_at)
    folder = destination / content_hash[:16]
    if not (folder / "index.json").exists():
        _build(paths, folder, scales, also_at)
    return PackedImages(folder, scales, content_hash)


def _hash(paths: Iterable[Path], scales: Sequence[int], also_at: Sequence[float]) -> str:
    total = hashlib.sha256(_VERSION + repr(tuple(scales)).encode())
    if also_at:
        total.update(repr(tuple(also_at)).encode())
    for path in paths:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _build(paths: Sequence[Path], folder: Path, scales: Sequence[int], also_at: Sequence[float]) -> None:
    """Write into a folder of another name, and rename it once it is complete."""
    unfinished = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.part")
    unfinished.mkdir(parents=True)
    try:
        places = list(_write_pixels(_images(paths, scales, also_at), unfinished / "pixels.bin", scales))
        (unfinished / "index.json").write_text(json.dumps([asdict(place) for place in places]), encoding="utf-8")
        try:
            unfinished.rename(folder)
        except OSError:  # another process was faster; its content is the same
            if not (folder / "index.json").exists():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _images(paths: Iterable[Path], scales: Sequence[int], also_at: Sequence[float]) -> Iterator[tuple[str, Pixels]]:
    """Names and pixels: each image, then the same at other sizes."""
    multiple = lcm(*scales)
    for path in paths:
        yield path.name, read_rgb(path, multiple_of=multiple)
        if also_at:
            whole = read_rgb(path)
            for share in also_at:
                yield f"{path.name} at {share:g}", _reduced(whole, share, multiple)


def _reduced(pixels: Pixels, share: float, multiple: int) -> Pixels:
    height, width = (max(multiple, round(side * share)) for side in pixels.shape[:2])
    return crop_to_multiple(resize_integers(pixels, size=(height, width)), multiple)


def _write_pixels(images: Iterable[tuple[str, Pixels]], target: Path, scales: Sequence[int]) -> Iterator[_Place]:
    offset = 0
    with target.open("wb") as file:
        for name, high in images:
            parts = [high, *(bicubic_reduction(high, scale) for scale in scales)]
            for part in parts:
                file.write(np.ascontiguousarray(part).data)
            yield _Place(name, high.shape[0], high.shape[1], offset)
            offset += sum(part.size for part in parts)
        file.flush()
        os.fsync(file.fileno())
