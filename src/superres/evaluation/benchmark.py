"""Fill a table: models on sets of images. What is measured is what `superres upscale` gives.

No image is decoded or enlarged twice: the work goes image by image, at each scale through every model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superres.data.datasets.benchmarks import LoadedPair, Pair, benchmark_pairs, pair_at, share_not_bicubic
from superres.data.datasets.rgb import read_rgb
from superres.evaluation.exhibit import has_exhibit, write_exhibit
from superres.evaluation.measuring import batch, measured
from superres.evaluation.store import Cell, Checksums, Store
from superres.evaluation.subject import Subject
from superres.evaluation.table import Row, Table
from superres.metrics.catalogue import metric
from superres.metrics.protocol import protocol

Watcher = Callable[[str, int, int], None]
"""Called with what is worked on, images done, and all images."""

Pixels = NDArray[np.uint8]
SHOWN = 3
"""Names of images that a warning about many of them names."""


def evaluate(
    datasets: Mapping[str, Path],
    judged: Sequence[Subject],
    *,
    metrics: Sequence[str] = ("psnr", "ssim"),
    protocol_name: str = "classical",
    store: Store | None = None,
    watch: Watcher | None = None,
) -> Table:
    """Measure.

    Args:
        datasets: Folders by name; each a benchmark's layout, or a folder of high-resolution images.
        judged: See `subjects`.
        metrics: Names.
        protocol_name: Such as `classical`.
        store: What was found before, and where what is found now is kept.
        watch: See `Watcher`.

    Raises:
        UnknownNameError: If a metric or protocol is not known.
        MissingFileError: If there are no images.
        InvalidImageError: If images do not fit together.
    """
    for name in metrics:
        metric(name)
    protocol(protocol_name)
    work = _Work(judged, tuple(metrics), protocol_name, store or Store(None))
    scales = sorted({subject.scale for subject in judged})
    pairs = {name: [benchmark_pairs(folder, scale) for scale in scales] for name, folder in datasets.items()}
    total = sum(
        len(found) * len(work.at(scale)) for sets in pairs.values() for scale, found in zip(scales, sets, strict=True)
    )
    cells: list[Cell] = []
    for name, sets in pairs.items():
        for unit in _units(name, scales, sets):
            for cell in work.cells(unit):
                cells.append(cell)
                if watch is not None:
                    watch(f"{cell.dataset} ×{cell.scale:g} {cell.model}", len(cells), total)
    rows = tuple(
        _row(name, subject, [cell for cell in cells if cell.place[:2] == (name, subject.scale)])
        for name in datasets
        for subject in judged
    )
    return Table(protocol_name=protocol_name, metrics=tuple(metrics), rows=rows, warnings=_doubts(cells))


class _Picture:
    """A high-resolution image that is read when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def pixels(self) -> Pixels:
        return read_rgb(self._path)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One image at one scale."""

    dataset: str
    scale: float
    pair: Pair
    whole: _Picture

    def load(self) -> LoadedPair:
        return pair_at(self.pair, self.whole.pixels, self.scale)


def _units(dataset: str, scales: Sequence[float], sets: Sequence[Sequence[Pair]]) -> Iterator[_Unit]:
    """Image by image, so that the scales of one share its pixels, which are then let go."""
    for pairs in zip(*sets, strict=True):
        whole = _Picture(pairs[0].high)
        for scale, pair in zip(scales, pairs, strict=True):
            yield _Unit(dataset, scale, pair, whole)


@dataclass(frozen=True, slots=True)
class _Task:
    """One image through one model, and what is known of it."""

    subject: Subject
    fingerprint: str
    place: tuple[str, float, str, str]
    known: Cell | None
    missing: tuple[str, ...]
    """Metrics."""


class _Work:
    """What is done with each unit."""

    def __init__(self, judged: Sequence[Subject], metrics: tuple[str, ...], protocol_name: str, store: Store) -> None:
        self._judged = judged
        self._metrics = metrics
        self._protocol_name = protocol_name
        self._store = store
        self._checksums = Checksums()
        self._identities = {id(subject): subject.identity() for subject in judged}

    def at(self, scale: float) -> list[Subject]:
        """The subjects of a scale."""
        return [subject for subject in self._judged if subject.scale == scale]

    def cells(self, unit: _Unit) -> Iterator[Cell]:
        """The cells of every model that has the unit's scale."""
        tasks = [self._task(unit, subject) for subject in self.at(unit.scale)]
        exhibit = self._store.exhibit(unit.dataset, unit.scale, unit.pair.name)
        names = {task.subject.name: task.fingerprint for task in tasks}
        if not any(task.missing for task in tasks) and (exhibit is None or has_exhibit(exhibit, names)):
            yield from (task.known for task in tasks if task.known is not None)
            return
        loaded = unit.load()
        doubt = _doubt(unit, loaded)
        answers: dict[str, Pixels] = {}
        for task in tasks:
            answers[task.subject.name] = self._answer(task, loaded)
            yield self._measured(unit, task, loaded, answers[task.subject.name], doubt)
        if exhibit is not None:
            write_exhibit(exhibit, loaded.high, answers, names)

    def _task(self, unit: _Unit, subject: Subject) -> _Task:
        fingerprint = self._checksums.of(unit.pair, self._identities[id(subject)])
        place = (unit.dataset, unit.scale, unit.pair.name, subject.name)
        known = self._store.find(place, fingerprint)
        if known is not None and known.protocol != self._protocol_name:
            known = replace(known, protocol=self._protocol_name, values={})
        values = {} if known is None else known.values
        missing = tuple(name for name in self._metrics if name not in values)
        return _Task(subject, fingerprint, place, known, missing)

    def _answer(self, task: _Task, loaded: LoadedPair) -> Pixels:
        """What the model makes of the image, or made before."""
        kept = None if task.known is None else self._store.restored(task.known)
        if kept is not None and kept.shape == loaded.high.shape:
            return kept
        answer = task.subject.restore(loaded.low)
        self._store.keep(task.place, answer)
        return answer

    def _measured(self, unit: _Unit, task: _Task, loaded: LoadedPair, answer: Pixels, doubt: str) -> Cell:
        if task.known is not None and not task.missing:
            return task.known
        restored, high, low = (batch(pixels) for pixels in (answer, loaded.high, loaded.low))
        values = {} if task.known is None else dict(task.known.values)
        for name in task.missing:
            values[name] = measured(name, restored, high, low, protocol_name=self._protocol_name, scale=unit.scale)
        cell = Cell(
            dataset=unit.dataset,
            scale=unit.scale,
            image=unit.pair.name,
            model=task.subject.name,
            fingerprint=task.fingerprint,
            protocol=self._protocol_name,
            low="made" if loaded.low_is_made else "read",
            doubt=doubt,
            values=values,
        )
        self._store.add(cell)
        return cell


def _doubt(unit: _Unit, loaded: LoadedPair) -> str:
    """A warning where the low-resolution image was not made by the degradation that the table stands for."""
    if loaded.low_is_made or share_not_bicubic(loaded.high, loaded.low, unit.scale) == 0:
        return ""
    return (
        f"the ×{unit.scale:g} image of {unit.pair.name} is not the bicubic reduction of its reference; "
        "figures differ from papers'"
    )


def _doubts(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The doubts of single images as one sentence for each set and scale."""
    sets = dict.fromkeys((cell.dataset, cell.scale) for cell in cells if cell.doubt)
    return tuple(
        _doubt_of_set(dataset, scale, [cell for cell in cells if (cell.dataset, cell.scale) == (dataset, scale)])
        for dataset, scale in sets
    )


def _doubt_of_set(dataset: str, scale: float, cells: Sequence[Cell]) -> str:
    every = dict.fromkeys(cell.image for cell in cells)
    doubted = list(dict.fromkeys(cell.image for cell in cells if cell.doubt))
    if len(doubted) == 1:
        return next(cell.doubt for cell in cells if cell.doubt)
    names = ", ".join(doubted[:SHOWN]) + (" …" if len(doubted) > SHOWN else "")
    return (
        f"{len(doubted)} of the {len(every)} ×{scale:g} images of {dataset} ({names}) are not the bicubic reductions "
        "of their references; figures differ from papers'"
    )


def _row(dataset: str, subject: Subject, cells: Sequence[Cell]) -> Row:
    own = [cell for cell in cells if cell.model == subject.name]
    return Row(
        dataset=dataset,
        model=subject.name,
        scale=subject.scale,
        engine=subject.engine(),
        low=own[0].low,
        images={cell.image: dict(cell.values) for cell in own},
    )
