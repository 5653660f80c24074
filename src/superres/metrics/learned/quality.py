"""A learned metric as a file, and as a metric like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor

from superres.errors import ExistingFileError, InvalidWeightsError, MissingFileError, UnwritableFileError
from superres.image.placing import placed
from superres.metrics.learned.card import CARD_KEY, QualityCard
from superres.metrics.learned.features import DEEP, SMALLEST_SIDE, WITH_REFERENCE, WITHOUT_REFERENCE, features
from superres.metrics.learned.regression import Regression
from superres.metrics.metric import Metric

SUFFIX = ".safetensors"
"""Ending of a learned metric's file, as the catalogue of metrics knows it."""
TENSORS = ("lower", "upper", "centre", "scale", "points", "coefficients")

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnedQuality:
    """A function from images to the scores that the raters would give."""

    card: QualityCard
    regression: Regression

    def __call__(self, restored: Tensor, reference: Tensor | None = None) -> Tensor:
        """Predicted opinion of each image, on the raters' scale; it may pass the scale's ends a little.

        Args:
            restored: (N, C, H, W) in [0, 1], C is 1 or 3, sides of at least 44.
            reference: The same shape; ignored where the metric needs none.

        Returns:
            (N,), of the images' dtype and device; no gradient passes.

        Raises:
            InvalidImageError: If the images do not suit, see `features`.
        """
        other = reference if self.card.compares_with == "reference" else None
        seen = features(restored, other, self.card.features)
        return torch.from_numpy(self.regression(seen.cpu().numpy())).to(restored)


def write_quality(path: Path, quality: LearnedQuality, *, overwrite: bool = False) -> None:
    """Write a learned metric with its card, in one step.

    Raises:
        ExistingFileError: If the file exists and may not be replaced.
        UnwritableFileError: If the name does not end in .safetensors, or the place does not take it.
    """
    check_place(path, overwrite=overwrite)
    content = save(
        {name: np.ascontiguousarray(getattr(quality.regression, name)) for name in TENSORS},
        metadata={CARD_KEY: quality.card.to_json()},
    )
    try:
        with placed(path, overwrite=overwrite) as unfinished:
            unfinished.write_bytes(content)
    except ExistingFileError:
        raise
    except OSError as error:
        raise UnwritableFileError(f"{path} could not be written: {error.strerror or error}") from error


def check_place(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a place for a learned metric before any work is done for it.

    Raises:
        ExistingFileError: If the file exists and may not be replaced.
        UnwritableFileError: If the name does not end in .safetensors, or there is no such folder.
    """
    if path.suffix != SUFFIX:
        raise UnwritableFileError(f"{path} was to hold a learned metric, whose file's name ends in {SUFFIX}")
    if path.exists() and not overwrite:
        raise ExistingFileError(f"{path} already exists; give --overwrite to replace it, or another --output")
    if not path.parent.is_dir():
        raise UnwritableFileError(f"{path} cannot be written: there is no folder {path.parent}")


def read_quality(path: Path) -> LearnedQuality:
    """Open a learned metric.

    Raises:
        MissingFileError: If there is no such file.
        InvalidWeightsError: If it is damaged, holds something else, or its features are not known here.
    """
    if not path.is_file():
        raise MissingFileError(f"{path} was to be read as a learned metric, but there is no such file")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = cast("Mapping[str, str]", file.metadata() or {})
            arrays = {name: cast("Array", file.get_tensor(name)) for name in cast("list[str]", file.keys())}
    except (SafetensorError, OSError) as error:
        raise InvalidWeightsError(f"{path} is no readable safetensors file: {error}") from error
    if CARD_KEY not in metadata:
        raise InvalidWeightsError(
            f"{path} was to be read as a metric, but holds none; `superres study fit` writes such files"
        )
    card = QualityCard.from_json(metadata[CARD_KEY])
    _check(path, card, arrays)
    # The names are those of TENSORS, which the check has found complete.
    regression = Regression(**arrays, offset=card.offset, width=card.width, penalty=card.penalty)
    return LearnedQuality(card=card, regression=regression)


def learned_metric(name: str) -> Metric:
    """The learned metric in a file, as tables and commands take it; it judges colour images.

    Args:
        name: The file; also the metric's name.

    Raises:
        MissingFileError: If there is no such file.
        InvalidWeightsError: If it is no learned metric.
    """
    path = Path(name)
    if not path.is_file():
        raise MissingFileError(f"{path} was to be read as a learned metric, but there is no such file")
    state = path.stat()
    return _opened(name, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _opened(name: str, _changed: int, _size: int) -> Metric:
    quality = read_quality(Path(name))
    card = quality.card
    return Metric(
        name=name,
        title=f"learned quality ({Path(name).stem})",
        unit="",
        higher_is_better=True,
        best=card.highest,
        source=f"fitted with superres {card.version} to {card.raters} raters and {card.stimuli} stimuli",
        function=quality,
        compares_with=card.compares_with,
        colour="rgb",
        minimum_size=SMALLEST_SIDE,
    )


def _check(path: Path, card: QualityCard, arrays: Mapping[str, Array]) -> None:
    """Refuse what does not fit together, before it fails inside a product of matrices."""
    unknown = [name for name in card.features if name not in (*WITH_REFERENCE, *WITHOUT_REFERENCE, *DEEP)]
    if unknown:
        raise InvalidWeightsError(
            f"{path} sees features that are not known here: {', '.join(unknown)}; it was made by superres "
            f"{card.version}, and a newer one than this may know them"
        )
    count = len(card.features)
    points = len(arrays["points"]) if "points" in arrays else 0
    shapes = dict.fromkeys(("lower", "upper", "centre", "scale"), (count,))
    wanted = {**shapes, "points": (points, count), "coefficients": (points,)}
    if {name: array.shape for name, array in arrays.items()} != wanted or not points:
        raise InvalidWeightsError(f"{path} is damaged: its arrays do not fit the {count} features of its card")
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise InvalidWeightsError(f"{path} is damaged: it holds numbers that are infinite or none")
