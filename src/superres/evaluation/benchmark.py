"""Fill a table: models on a set of images. What is measured is what `superres upscale` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superres.data.datasets.benchmarks import LoadedPair, Pair, benchmark_pairs, load_pair, share_not_bicubic
from superres.errors import InvalidRequestError
from superres.evaluation.measuring import batch, measured
from superres.evaluation.table import Row, Table
from superres.image.picture import Picture
from superres.image.resize import resize_integers
from superres.inference.precision import Precision
from superres.inference.request import Plan, Request, plan
from superres.inference.upscaler import upscale_picture
from superres.metrics.catalogue import metric
from superres.metrics.protocol import protocol
from superres.models.manifest import default_for

BICUBIC = "bicubic"
"""The baseline that is always at hand: interpolation, without any network."""

Watcher = Callable[[str, int, int], None]
"""Called with what is worked on, images done, and all images."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is judged: a model at a scale, or the baseline."""

    name: str
    scale: int
    plan: Plan | None
    """How the model enlarges; None for bicubic interpolation."""

    def restore(self, low: Pixels) -> Pixels:
        """(h, w, 3) to (scale·h, scale·w, 3), uint8."""
        if self.plan is None:
            return resize_integers(low, scale=self.scale)
        return np.asarray(upscale_picture(Picture(pixels=low), self.plan).pixels, np.uint8)

    def engine(self) -> str:
        """What computed the answers."""
        return "NumPy" if self.plan is None else self.plan.passes[0].describe()


def subjects(models: Sequence[str], scales: Sequence[int], precision: Precision) -> tuple[Subject, ...]:
    """What a request names: every model at every scale that it is asked for.

    Args:
        models: Names, files, or `bicubic`. Where empty, the baseline and the shipped network of each scale.
        scales: Where empty, each model's own; the baseline then takes those of the models, or 4.
        precision: Of the engine.

    Raises:
        InvalidRequestError: If a model does not have an asked scale.
        UnknownNameError: If a model or scale is not shipped.
    """
    if not models:
        models = (BICUBIC, *(default_for(scale).name for scale in scales or (4,)))
    opened = {name: plan(Request(model=name, precision=precision)) for name in models if name != BICUBIC}
    own = {name: round(found.scale) for name, found in opened.items()}
    asked = sorted(set(scales) or set(own.values()) or {4})
    for name in opened:
        if own[name] not in asked:
            raise InvalidRequestError(f"{name} enlarges ×{own[name]}, but the scales asked for are {asked}")
    return tuple(
        Subject(name=name, scale=scale, plan=opened.get(name))
        for scale in asked
        for name in models
        if own.get(name, scale) == scale
    )


def evaluate(
    folder: Path,
    judged: Sequence[Subject],
    *,
    metrics: Sequence[str] = ("psnr", "ssim"),
    protocol_name: str = "classical",
    watch: Watcher | None = None,
) -> Table:
    """Measure.

    Args:
        folder: A benchmark's layout, or a folder of high-resolution images.
        judged: See `subjects`.
        metrics: Names.
        protocol_name: Such as `classical`.
        watch: See `Watcher`.

    Raises:
        UnknownNameError: If a metric or protocol is not known.
        MissingFileError: If there are no images.
        InvalidImageError: If images do not fit together.
    """
    for name in metrics:
        metric(name)
    protocol(protocol_name)
    rows: list[Row] = []
    warnings: dict[str, None] = {}
    for subject in judged:
        pairs = benchmark_pairs(folder, subject.scale)
        rows.append(_row(subject, pairs, metrics=metrics, protocol_name=protocol_name, watch=watch, warnings=warnings))
    return Table(
        dataset=folder.resolve().name,
        protocol_name=protocol_name,
        metrics=tuple(metrics),
        rows=tuple(rows),
        warnings=tuple(warnings),
    )


def _row(
    subject: Subject,
    pairs: Sequence[Pair],
    *,
    metrics: Sequence[str],
    protocol_name: str,
    watch: Watcher | None,
    warnings: dict[str, None],
) -> Row:
    images: dict[str, dict[str, float]] = {}
    is_made = False
    for done, (pair, loaded) in enumerate(_loaded(pairs, subject.scale), start=1):
        is_made = loaded.low_is_made
        warnings.update(dict.fromkeys(_doubts(pair, loaded, subject.scale)))
        restored, high, low = (batch(pixels) for pixels in (subject.restore(loaded.low), loaded.high, loaded.low))
        images[pair.name] = {
            name: measured(name, restored, high, low, protocol_name=protocol_name, scale=subject.scale)
            for name in metrics
        }
        if watch is not None:
            watch(f"{subject.name} ×{subject.scale}", done, len(pairs))
    low = "made" if is_made else "read"
    return Row(model=subject.name, scale=subject.scale, engine=subject.engine(), low=low, images=images)


def _loaded(pairs: Sequence[Pair], scale: int) -> Iterator[tuple[Pair, LoadedPair]]:
    return ((pair, load_pair(pair, scale)) for pair in pairs)


def _doubts(pair: Pair, loaded: LoadedPair, scale: int) -> list[str]:
    """A warning where the low-resolution image was not made by the degradation that the table stands for."""
    if loaded.low_is_made or share_not_bicubic(loaded.high, loaded.low, scale) == 0:
        return []
    return [
        f"the ×{scale} image of {pair.name} is not the bicubic reduction of its reference; figures differ from papers'"
    ]
