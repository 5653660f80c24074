"""Benchmark sets: which low-resolution image belongs to which high-resolution one.

Three layouts are understood. `scale` stands for 2, 3, 4, …; endings may be any readable format.

    Set5/HR/baby.png          Set5/LR_bicubic/X2/babyx2.png, or …/X2/baby.png
    DIV2K_valid_HR/0801.png   DIV2K_valid_LR_bicubic/X2/0801x2.png       side by side in any folder
    photographs/baby.png      none: the low-resolution images are made

In place of `bicubic` may stand another preset of `superres.data.degradation.presets`, such as `LR_camera`; where there
are several, the first of that file counts.

A set can be named by the folder that holds both, or by its high-resolution folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superres.data.datasets.rgb import read_rgb
from superres.data.degradation.downsample import bicubic_reduction
from superres.data.degradation.presets import PRESETS
from superres.errors import InvalidImageError, InvalidRequestError, MissingFileError
from superres.image.files import image_files
from superres.image.pixels import round_half_up
from superres.image.resize import resize

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Pair:
    """The files of one image."""

    name: str
    high: Path
    low: Path | None
    """None where it is to be made."""


@dataclass(frozen=True, slots=True)
class LoadedPair:
    """An image at both resolutions."""

    name: str
    high: Pixels
    """(scale·h, scale·w, 3)."""
    low: Pixels
    """(h, w, 3)."""
    low_is_made: bool
    """Whether it was reduced here rather than read."""


def benchmark_pairs(folder: Path, scale: float) -> tuple[Pair, ...]:
    """The images of a set, by name.

    Args:
        folder: Of one of the layouts above.
        scale: Which low-resolution images; where the set has none of this scale, they are to be made.

    Raises:
        MissingFileError: If a folder is missing or empty, or an image has no low-resolution partner though
            the set has this scale.
        InvalidRequestError: If the folder holds several sets, or two images of one name.
    """
    high_folder = _high_folder(folder)
    high_files = _by_name(high_folder)
    low_folder = _low_folder(high_folder, scale)
    if low_folder is None:
        return tuple(Pair(name, path, None) for name, path in high_files.items())
    low_files = _by_name(low_folder)
    return tuple(Pair(name, path, _partner(name, low_files, low_folder, scale)) for name, path in high_files.items())


def load_pair(pair: Pair, scale: float) -> LoadedPair:
    """Read both images, or the high-resolution one and make the other by `bicubic_reduction`.

    Both become 8-bit RGB; see `pair_at`.

    Raises:
        UnreadableFileError: If a file is damaged.
        InvalidImageError: If the sizes do not fit together.
    """
    return pair_at(pair, read_rgb(pair.high), scale)


def pair_at(pair: Pair, whole: Pixels, scale: float) -> LoadedPair:
    """Both images of a pair whose high-resolution one was read already.

    The high-resolution image is cropped to a multiple of the scale. At a scale s that is no whole number it is
    cropped to round(s·floor(side / s)), as LIIF (arXiv:2012.09161) does, so that s times the reduced side, rounded,
    is the cropped side.

    Args:
        pair: Its files.
        whole: (H, W, 3), not cropped.
        scale: At least 1.

    Raises:
        UnreadableFileError: If the low-resolution file is damaged.
        InvalidImageError: If the sizes do not fit together, or the image is too small.
    """
    height, width = (int(side / scale + 1e-9) for side in whole.shape[:2])
    if min(height, width) < 1:
        raise InvalidImageError(
            f"{pair.high} has {whole.shape[1]}×{whole.shape[0]} pixels, which is too small to be reduced ×{scale:g}"
        )
    high = whole[: round(height * scale), : round(width * scale)]
    if pair.low is None:
        return LoadedPair(pair.name, high, bicubic_reduction(high, scale), low_is_made=True)
    low = read_rgb(pair.low)
    if low.shape[:2] != (height, width):
        raise InvalidImageError(
            f"{pair.low} should be {width}×{height} pixels, {pair.high} reduced ×{scale:g}, "
            f"but is {low.shape[1]}×{low.shape[0]}"
        )
    return LoadedPair(pair.name, high, low, low_is_made=False)


def share_not_bicubic(high: Pixels, low: Pixels, scale: float) -> float:
    """Share of the values of a low-resolution image that MATLAB's bicubic reduction would have made otherwise.

    Published figures of the classical benchmarks stand for 0. Other resizers that are called bicubic, as
    Pillow's, differ in about a tenth of the values. MATLAB itself has two answers, of which the nearer counts:
    8-bit images are rounded after each axis, floating-point ones only by who saves them. The usual ×2, ×3 and ×4
    images of Set5 are of the first kind, its ×8 images of the second.

    Args:
        high: (scale·h, scale·w, C).
        low: (h, w, C).
        scale: Of the pair.

    Returns:
        From 0, the same image, to 1.
    """
    share = float(np.mean(bicubic_reduction(high, scale) != low))
    if share == 0:
        return 0.0
    exact = resize(high.transpose(2, 0, 1).astype(np.float64), size=(low.shape[0], low.shape[1]))
    return min(share, float(np.mean(round_half_up(exact, np.uint8).transpose(1, 2, 0) != low)))


def _high_folder(folder: Path) -> Path:
    """The folder itself, or the one in it that is called HR or ends in _HR."""
    if not folder.is_dir():
        raise MissingFileError(f"a benchmark set was to be read from {folder}, but there is no such folder")
    found = sorted(path for path in folder.iterdir() if path.is_dir() and _is_high(path))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise InvalidRequestError(f"{folder} holds several sets; name one of its folders: {names}")
    return found[0] if found else folder


def _is_high(folder: Path) -> bool:
    return folder.name == "HR" or folder.name.endswith("_HR")


def _low_folder(high_folder: Path, scale: float) -> Path | None:
    """The folder of this scale that stands beside a high-resolution folder, if there is one."""
    high_folder = high_folder.absolute()  # a link stays where it is, beside its small images
    if not _is_high(high_folder):
        return None
    start = f"{high_folder.name.removesuffix('HR')}LR_"
    beside = (high_folder.with_name(start + name) / f"X{scale:g}" for name in PRESETS)
    return next((folder for folder in beside if folder.is_dir()), None)


def _by_name(folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in image_files(folder):
        if files.setdefault(path.stem, path) is not path:
            raise InvalidRequestError(f"{folder} holds both {files[path.stem].name} and {path.name}; keep one of them")
    return files


def _partner(name: str, low_files: dict[str, Path], low_folder: Path, scale: float) -> Path:
    for candidate in (f"{name}x{scale:g}", name):
        if candidate in low_files:
            return low_files[candidate]
    raise MissingFileError(
        f"{name} has no low-resolution image: neither {name}x{scale:g} nor {name} is in {low_folder}; "
        "add it, or remove that folder to have all of them made"
    )
