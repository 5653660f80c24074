"""What a table has found already, so that work that was cut off goes on where it stopped.

    cells.jsonl                                   one line for each image and model, in the order of the work
    restored/Set5/x4/ours/baby.png                what the model made of it
    exhibits/Set5/x4/baby/                        excerpts for the report; see `exhibit`

A line holds for as long as its fingerprint does: checksums of the image's files and of the weights, engine, scale.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from superres.data.datasets.benchmarks import Pair
from superres.data.datasets.rgb import read_rgb
from superres.errors import MissingFileError, UnwritableFileError
from superres.image.files import write_picture
from superres.image.picture import Picture
from superres.models.manifest import sha256
from superres.models.writing import replace_file


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One image through one model."""

    dataset: str
    scale: float
    image: str
    model: str
    fingerprint: str
    protocol: str
    low: str
    """`read` or `made`."""
    doubt: str
    """A sentence where the low-resolution image is not what the table stands for."""
    values: Mapping[str, float]
    """By metric."""

    @property
    def place(self) -> tuple[str, float, str, str]:
        """Where it stands in the table."""
        return (self.dataset, self.scale, self.image, self.model)


_CELL: TypeAdapter[Cell] = TypeAdapter(Cell)


class Store:
    """Cells and restored images, in a folder or only in memory.

    Args:
        folder: Made when the first cell is added; None keeps the cells in memory and no images.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._cells: dict[tuple[str, float, str, str], Cell] = {}
        if folder is not None:
            self._read(folder / "cells.jsonl")

    def find(self, place: tuple[str, float, str, str], fingerprint: str) -> Cell | None:
        """The cell of this place, unless it was made from something else."""
        cell = self._cells.get(place)
        return cell if cell is not None and cell.fingerprint == fingerprint else None

    def add(self, cell: Cell) -> None:
        """Keep a cell; where there is a folder it is in the journal when this returns.

        Raises:
            UnwritableFileError: If the folder does not take it.
        """
        self._cells[cell.place] = cell
        if self.folder is None:
            return
        try:
            with (self.folder / "cells.jsonl").open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(asdict(cell)) + "\n")  # with Infinity, which JSON proper lacks
        except OSError as error:
            raise UnwritableFileError(f"the table's journal in {self.folder} takes no more: {error}") from error

    def restored(self, cell: Cell) -> NDArray[np.uint8] | None:
        """What the model made of the image, (H, W, 3), where it was kept."""
        path = self._image(cell.place)
        try:
            return None if path is None else read_rgb(path)
        except MissingFileError:
            return None

    def keep(self, place: tuple[str, float, str, str], pixels: NDArray[np.uint8]) -> None:
        """Keep what a model made of an image, where there is a folder.

        Raises:
            UnwritableFileError: If the folder does not take it.
        """
        path = self._image(place)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_picture(path, Picture(pixels=pixels), overwrite=True)

    def exhibit(self, dataset: str, scale: float, image: str) -> Path | None:
        """The folder of an image's excerpts, where there is a folder at all."""
        return None if self.folder is None else self.folder / "exhibits" / dataset / f"x{scale:g}" / image

    def clear(self) -> None:
        """Forget everything, so that the table begins anew."""
        self._cells.clear()
        if self.folder is not None:
            (self.folder / "cells.jsonl").unlink(missing_ok=True)
            for name in ("restored", "exhibits"):
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def _image(self, place: tuple[str, float, str, str]) -> Path | None:
        dataset, scale, image, model = place
        if self.folder is None:
            return None
        return self.folder / "restored" / dataset / f"x{scale:g}" / model / f"{image}.png"

    def _read(self, journal: Path) -> None:
        """The whole lines of a journal; one that a kill cut off is removed."""
        if not journal.exists():
            return
        content = journal.read_bytes()
        kept: list[bytes] = []
        for line in content.splitlines():
            try:
                cell = _CELL.validate_json(line)
            except ValidationError:
                continue
            self._cells[cell.place] = cell
            kept.append(line + b"\n")
        if b"".join(kept) != content:
            replace_file(journal, b"".join(kept))


class Checksums:
    """SHA-256 of files, each read once."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def of(self, pair: Pair, identity: Sequence[str]) -> str:
        """The fingerprint of a model's answer to an image."""
        parts = [self._file(pair.high), "made" if pair.low is None else self._file(pair.low), *identity]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _file(self, path: Path) -> str:
        if path not in self._known:
            self._known[path] = sha256(path)
        return self._known[path]
