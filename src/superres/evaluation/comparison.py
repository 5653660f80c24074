"""Two images, or two folders of them, compared by metrics under a protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from superres.errors import InvalidImageError, InvalidRequestError, MissingFileError
from superres.evaluation.measuring import batch, measured
from superres.image.files import image_files, read_picture
from superres.metrics.catalogue import metric
from superres.metrics.protocol import protocol

_BEHIND = re.compile(r"$|[^0-9A-Za-z]|x\d")
"""What may stand behind the reference's name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Values of every pair, and what they were measured with."""

    protocol_name: str
    scale: int
    """Width of the border where the protocol's is the scale; 0 leaves nothing out."""
    images: Mapping[str, Mapping[str, float]]
    """For each restored file's name, the value of each metric."""

    def mean(self, name: str) -> float:
        """Mean of a metric over the pairs."""
        return sum(values[name] for values in self.images.values()) / len(self.images)

    def caption(self) -> str:
        """What the numbers are."""
        return f"Protocol {protocol(self.protocol_name).caption(self.scale)}."


def compare(
    restored: Path,
    reference: Path,
    *,
    metrics: Sequence[str] = ("psnr", "ssim"),
    protocol_name: str = "rgb",
    scale: int = 0,
) -> Comparison:
    """Compare two files, or the files of two folders that belong together by name.

    Args:
        restored: A file, or a folder.
        reference: The same kind. In folders, `photo.png` is the reference of `photo.png`, `photo_x4.jpg` and
            every other name that begins so, unless a longer one fits.
        metrics: Names of metrics that compare with a reference, or with nothing.
        protocol_name: Such as `rgb`.
        scale: Where given, the border of protocols that leave out as many pixels as the scale.

    Raises:
        MissingFileError: If something is missing, or an image has no reference.
        InvalidRequestError: If a file is compared with a folder, or a metric needs something else.
        InvalidImageError: If sizes differ, or a metric gives no number.
        UnknownNameError: If a metric or protocol is not known.
    """
    for name in metrics:
        if metric(name).compares_with == "low":
            raise InvalidRequestError(f"{name} compares with the low-resolution image; `superres evaluate` knows it")
    protocol(protocol_name)
    images = {
        first.name: _values(first, second, metrics, protocol_name, scale)
        for first, second in _pairs(restored, reference)
    }
    return Comparison(protocol_name=protocol_name, scale=scale, images=images)


def _pairs(restored: Path, reference: Path) -> list[tuple[Path, Path]]:
    for path in (restored, reference):
        if not path.exists():
            raise MissingFileError(f"{path} was to be compared, but there is no such file or folder")
    if restored.is_dir() != reference.is_dir():
        raise InvalidRequestError(f"{restored} and {reference} cannot be compared: one is a folder and one a file")
    if not restored.is_dir():
        return [(restored, reference)]
    references = image_files(reference)
    return [(path, reference_by_name(path, references, reference)) for path in image_files(restored)]


def reference_by_name(path: Path, references: Sequence[Path], folder: Path) -> Path:
    """The reference that an image's name begins with, as `photo.png` is that of `photo_x4.jpg`; the longest such name.

    Behind it stands a mark that is neither letter nor digit, or a scale as in DIV2K's `0801x4.png`.

    Args:
        path: Of the image.
        references: Files to choose from.
        folder: Where they are, for the message.

    Raises:
        MissingFileError: If none fits.
    """
    fitting = [
        other
        for other in references
        if path.stem.startswith(other.stem) and _BEHIND.match(path.stem.removeprefix(other.stem))
    ]
    if not fitting:
        raise MissingFileError(
            f"{path.name} has no reference: no image in {folder} is called {path.stem}, or as the beginning of it"
        )
    return max(fitting, key=lambda other: len(other.stem))


def read_pair(restored: Path, reference: Path) -> tuple[Tensor, Tensor]:
    """Two images of one size, (1, 3, H, W) in [0, 1] each.

    Raises:
        UnreadableFileError: If a file is no image.
        InvalidImageError: If their sizes differ.
    """
    first, second = read_picture(restored), read_picture(reference)
    if (first.height, first.width) != (second.height, second.width):
        raise InvalidImageError(
            f"{restored} has {first.width}×{first.height} pixels, its reference {reference} {second.width}×"
            f"{second.height}; only images of one size can be compared"
        )
    return batch(first.pixels), batch(second.pixels)


def _values(
    restored: Path, reference: Path, metrics: Sequence[str], protocol_name: str, scale: int
) -> dict[str, float]:
    pair = read_pair(restored, reference)
    return {name: measured(name, *pair, None, protocol_name=protocol_name, scale=scale) for name in metrics}
