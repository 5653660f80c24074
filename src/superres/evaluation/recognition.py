"""Does a reader of text find in restored images what it finds in the true ones? Character error rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.data.datasets.benchmarks import LoadedPair, Pair, benchmark_pairs, load_pair
from superres.errors import InvalidImageError, InvalidRequestError
from superres.evaluation.subject import Subject
from superres.evaluation.table_plan import BICUBIC
from superres.evaluation.truth import true_texts
from superres.metrics.task.characters import TextErrors, comparable, text_errors
from superres.metrics.task.recogniser import Recogniser

REFERENCE = "reference"
"""Stands where a model's name would: the true image itself."""
DRAWS = 9999
"""Resampled sets behind an interval."""
SEED = 0

Watcher = Callable[[str, int, int], None]
"""Called with what is worked on, images done, and all images."""

Counts = NDArray[np.int64]
Interval = tuple[float, float]
"""Lower and upper end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was read in an image, and how wrong it is."""

    text: str
    errors: TextErrors


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingRow:
    """One way of getting the large image, at one scale."""

    model: str
    """A subject's name, or `reference`."""
    scale: float
    engine: str
    images: Mapping[str, Reading]

    def character_error_rate(self) -> float:
        """Of all images together: the sum of their edits over the sum of their characters."""
        return float(_edits(self).sum() / _characters(self).sum())

    def word_error_rate(self) -> float:
        """The same in words."""
        errors = [reading.errors for reading in self.images.values()]
        return sum(each.word_edits for each in errors) / sum(each.words for each in errors)

    def interval(self) -> Interval | None:
        """95 % interval of the character error rate; None for a single image."""
        return pooled_interval(_edits(self), _characters(self))

    def difference(self, other: ReadingRow) -> tuple[float, Interval | None]:
        """This character error rate less another's of the same images, and its 95 % interval; below 0 is better.

        Args:
            other: Of the same scale in the same table.
        """
        less, characters = _edits(self) - _edits(other), _characters(self)
        return float(less.sum() / characters.sum()), pooled_interval(less, characters)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognition:
    """Rows by scale: the reference first, then the subjects."""

    dataset: str
    recogniser: str
    truth_is_given: bool
    """If not, what was read in the reference counts as true, and the reference has no errors by definition."""
    rows: tuple[ReadingRow, ...]

    def baseline(self, row: ReadingRow) -> ReadingRow | None:
        """Bicubic interpolation at a row's scale, if it was asked for."""
        return next((each for each in self.rows if (each.model, each.scale) == (BICUBIC, row.scale)), None)

    def caption(self) -> str:
        """What the numbers are."""
        count = len(self.rows[0].images)
        truth = "the true texts given" if self.truth_is_given else "the text read in the reference, right or wrong"
        return (
            f"{self.dataset}, {count} images read by {self.recogniser}. The character error rate (CER) is edits per "
            f"character of {truth}, without case; 95 % bootstrap intervals over images."
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "dataset": self.dataset,
            "recogniser": self.recogniser,
            "truth": "given" if self.truth_is_given else REFERENCE,
            "caption": self.caption(),
            "rows": [self._row(row) for row in self.rows],
        }

    def _row(self, row: ReadingRow) -> dict[str, Any]:
        baseline = self.baseline(row)
        difference, interval = (None, None) if baseline is None else row.difference(baseline)
        return {
            "model": row.model,
            "scale": row.scale,
            "engine": row.engine,
            "character_error_rate": row.character_error_rate(),
            "interval": row.interval(),
            "word_error_rate": row.word_error_rate(),
            "less_bicubic": difference,
            "less_bicubic_interval": interval,
            "images": {
                name: {
                    "text": reading.text,
                    "edits": reading.errors.character_edits,
                    "characters": reading.errors.characters,
                }
                for name, reading in row.images.items()
            },
        }


def recognise(
    folder: Path,
    judged: Sequence[Subject],
    recogniser: Recogniser,
    *,
    recogniser_name: str,
    watch: Watcher | None = None,
) -> Recognition:
    """Read the true images, and what each subject makes of the reduced ones.

    Args:
        folder: Images of text in a layout of `superres.data.datasets.benchmarks`, with their true texts beside
            them, see `superres.evaluation.truth`. Without true texts, what is read in the true image counts.
        judged: See `superres.evaluation.subject.subjects`.
        recogniser: Reads text.
        recogniser_name: Name and version, for the caption.
        watch: See `Watcher`.

    Raises:
        MissingFileError: If there are no images, or some of them have no true text.
        InvalidRequestError: If there is nothing to judge, or a true text is empty.
        InvalidImageError: If nothing is read in a true image whose text is not given.
    """
    if not judged:
        raise InvalidRequestError("reading was to be compared, but neither a model nor bicubic was named")
    rows: list[ReadingRow] = []
    is_given = False
    for scale in sorted({subject.scale for subject in judged}):
        pairs = benchmark_pairs(folder, scale)
        given = true_texts([pair.high for pair in pairs])
        is_given = given is not None
        read = _texts(pairs, scale, lambda pair: recogniser(pair.high), f"{REFERENCE} ×{scale:g}", watch)
        texts = given or _true_by_reading(read)
        rows.append(_row(REFERENCE, scale, "", read, texts))
        for subject in (subject for subject in judged if subject.scale == scale):
            look = _restored_reader(subject, recogniser)
            read = _texts(pairs, scale, look, f"{subject.name} ×{scale:g}", watch)
            rows.append(_row(subject.name, scale, subject.engine(), read, texts))
    return Recognition(
        dataset=folder.resolve().name, recogniser=recogniser_name, truth_is_given=is_given, rows=tuple(rows)
    )


def _texts(
    pairs: Sequence[Pair], scale: float, look: Callable[[LoadedPair], str], what: str, watch: Watcher | None
) -> dict[str, str]:
    """What is read in each pair, by name; one pair is in memory at a time."""
    texts: dict[str, str] = {}
    for done, pair in enumerate(pairs, start=1):
        texts[pair.name] = look(load_pair(pair, scale))
        if watch is not None:
            watch(what, done, len(pairs))
    return texts


def _restored_reader(subject: Subject, recogniser: Recogniser) -> Callable[[LoadedPair], str]:
    return lambda pair: recogniser(subject.restore(pair.low))


def _true_by_reading(read: Mapping[str, str]) -> Mapping[str, str]:
    for name, text in read.items():
        if not comparable(text):
            raise InvalidImageError(
                f"nothing was read in the true image {name}, and its text is not given; write it into truth.csv, "
                "or take the image away"
            )
    return read


def _row(model: str, scale: float, engine: str, read: Mapping[str, str], texts: Mapping[str, str]) -> ReadingRow:
    images = {name: Reading(text=text, errors=text_errors(text, texts[name])) for name, text in read.items()}
    return ReadingRow(model=model, scale=scale, engine=engine, images=images)


def _edits(row: ReadingRow) -> Counts:
    return np.array([reading.errors.character_edits for reading in row.images.values()], np.int64)


def _characters(row: ReadingRow) -> Counts:
    return np.array([reading.errors.characters for reading in row.images.values()], np.int64)


def pooled_interval(edits: Counts, characters: Counts) -> Interval | None:
    """95 % percentile bootstrap interval of Σ edits / Σ characters; None for a single image.

    Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3. Whole images are drawn, since
    the errors in one come together. The draws are seeded and the same for all rows of a table.

    Args:
        edits: One per image; for a difference, those of one row less those of the other.
        characters: One per image.
    """
    count = len(edits)
    if count < 2:
        return None
    drawn = np.random.default_rng(SEED).integers(count, size=(DRAWS, count))
    rates = edits[drawn].sum(axis=1) / characters[drawn].sum(axis=1)
    lower, upper = np.quantile(rates, [0.025, 0.975])
    return float(lower), float(upper)
