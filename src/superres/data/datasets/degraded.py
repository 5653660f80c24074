"""A folder of images degraded, with a record from which it can be degraded again to the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from superres.data.datasets.rgb import read_rgb
from superres.data.degradation.pipeline import AnyStep, Degradation
from superres.data.degradation.planes import Pixels
from superres.data.degradation.presets import preset
from superres.data.degradation.seeds import image_key
from superres.errors import (
    InvalidConfigError,
    InvalidImageError,
    InvalidRequestError,
    MissingFileError,
    UnreadableFileError,
    UnwritableFileError,
)
from superres.image.files import check_output, image_files, write_picture
from superres.image.libvips import pyvips
from superres.image.picture import Picture
from superres.image.placing import placed

RECORD = "degradation.json"
"""Name of the record, beside the degraded images."""

Watcher = Callable[[str, int, int], None]
"""Called with an image's name, images done, and all images."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Degraded:
    """What was done to one image."""

    name: str
    """Of the source file."""
    pixels_sha256: str
    """Of the source's 8-bit RGB pixels, cropped to a multiple of the scale."""
    steps: tuple[AnyStep, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What was done to the images of a folder."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    preset: str
    scale: int
    seed: int
    made_with: str
    """Encoders of other versions may lose something else."""
    images: tuple[Degraded, ...]


_RECORD = TypeAdapter(Record)


def degrade_folder(
    folder: Path,
    output: Path,
    *,
    preset_name: str,
    scale: int,
    seed: int,
    overwrite: bool = False,
    watch: Watcher | None = None,
) -> Record:
    """Degrade each image by a preset; what is drawn depends on the seed and the image's name alone.

    Args:
        folder: Of images, which become 8-bit RGB and are cropped to a multiple of the scale.
        output: Made where it is missing; receives NAME.png of each, and the record.
        preset_name: See `superres.data.degradation.presets`.
        scale: At least 1.
        seed: Not negative.
        overwrite: Whether images and the record may be replaced.
        watch: See `Watcher`.

    Raises:
        UnknownNameError: If no preset is called so.
        InvalidRequestError: If the scale or the seed makes no sense, or two images would bear one name.
        MissingFileError: If there are no images.
        UnreadableFileError: If an image is damaged.
        InvalidImageError: If an image is smaller than the scale.
        ExistingFileError: If a file would be replaced.
        UnwritableFileError: If the place does not take the images.
    """
    kind = preset(preset_name)
    if scale < 1 or seed < 0:
        raise InvalidRequestError(
            f"a degradation needs a scale of at least 1 and a seed of at least 0, got {scale}, {seed}"
        )
    done: list[Degraded] = []
    paths = sources(folder, output, overwrite=overwrite)
    for path in paths:
        high = read_rgb(path, multiple_of=scale)
        degradation = kind.draw(scale, image_key(seed, path.stem))
        done.append(Degraded(name=path.name, pixels_sha256=_hash(high), steps=degradation.steps))
        _write(output, path, degradation(high), overwrite=overwrite)
        if watch is not None:
            watch(path.name, len(done), len(paths))
    record = Record(preset=kind.name, scale=scale, seed=seed, made_with=_versions(), images=tuple(done))
    _write_record(output / RECORD, record)
    return record


def replay_folder(
    folder: Path, output: Path, record: Record, *, overwrite: bool = False, watch: Watcher | None = None
) -> Record:
    """Degrade a folder as a record says, to the same bytes.

    Args:
        folder: The images that the record names, all of them; others are left alone.
        output: See `degrade_folder`.
        record: See `read_record`.
        overwrite: See `degrade_folder`.
        watch: See `Watcher`.

    Raises:
        MissingFileError: If an image is missing.
        InvalidImageError: If an image is not the one that the record was made of.

    Else as `degrade_folder`.
    """
    paths = {path.name: path for path in sources(folder, output, overwrite=overwrite)}
    for number, entry in enumerate(record.images, start=1):
        if entry.name not in paths:
            raise MissingFileError(f"the record names {entry.name}, but {folder} does not hold it")
        high = read_rgb(paths[entry.name], multiple_of=record.scale)
        if _hash(high) != entry.pixels_sha256:
            raise InvalidImageError(f"{paths[entry.name]} is not the image that the record was made of")
        low = Degradation(scale=record.scale, steps=entry.steps)(high)
        _write(output, paths[entry.name], low, overwrite=overwrite)
        if watch is not None:
            watch(entry.name, number, len(record.images))
    _write_record(output / RECORD, record)
    return record


def read_record(path: Path) -> Record:
    """The record of a degraded folder.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is no record.
    """
    if not path.is_file():
        raise MissingFileError(f"a record of a degradation was to be read from {path}, but there is no such file")
    try:
        return _RECORD.validate_json(path.read_bytes())
    except (ValidationError, InvalidConfigError) as error:
        reason = str(error).splitlines()[-2].strip() if isinstance(error, ValidationError) else str(error)
        raise UnreadableFileError(f"{path} is no record of a degradation: {reason}") from error


def sources(folder: Path, output: Path, *, overwrite: bool) -> Sequence[Path]:
    """The images of a folder, once it is known that each result has a place, NAME.png in the output.

    Raises:
        InvalidRequestError: If two images would bear one name, or the output is the folder itself.
        MissingFileError: If there are no images.
        ExistingFileError: If a file would be replaced.
        UnwritableFileError: If the output cannot be made.
    """
    paths = image_files(folder)
    names: dict[str, Path] = {}
    for path in paths:
        if names.setdefault(path.stem, path) is not path:
            raise InvalidRequestError(
                f"{folder} holds both {names[path.stem].name} and {path.name}, which would both become "
                f"{path.stem}.png; keep one of them, or rename it"
            )
    if output.resolve() == folder.resolve():
        raise InvalidRequestError(f"the small images would lie among the true ones in {folder}; use another --output")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(f"{output} cannot be made: {error.strerror or error}") from error
    for stem in names:
        check_output(output / f"{stem}.png", overwrite=overwrite)
    return paths


def _write(output: Path, source: Path, pixels: Pixels, *, overwrite: bool) -> None:
    write_picture(output / f"{source.stem}.png", Picture(pixels=pixels), overwrite=overwrite)


def _write_record(path: Path, record: Record) -> None:
    with placed(path, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _hash(pixels: Pixels) -> str:
    return hashlib.sha256(repr(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def _versions() -> str:
    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    return f"libvips {libvips}, NumPy {np.__version__}"
