"""Does a classifier name the same thing in the restored image as in the reference?

The classifier is the caller's: any function from pixels to a label, or to one score per class. Judging restored
images by what a network recognises in them: Dai, Wang, Chen & Van Gool, "Is Image Super-resolution Helpful for
Other Vision Tasks?", WACV 2016 (arXiv:1509.07009).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError

Pixels = NDArray[np.uint8]
Label = int | str
Scores = NDArray[np.floating[Any]]
Classifier = Callable[[Pixels], Label | Scores]
"""(H, W, 3) uint8 RGB to a label, or to (classes,) scores of which the highest counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """The answers of a classifier, one per image, and how often they coincide."""

    restored: tuple[Label, ...]
    reference: tuple[Label, ...]
    true: tuple[Label, ...] | None
    """None where nobody knows."""

    @property
    def top_one_agreement(self) -> float:
        """Share of the images whose restored version gets the reference's answer, right or wrong, in [0, 1]."""
        return _share(self.restored, self.reference)

    @property
    def restored_accuracy(self) -> float | None:
        """Share of the restored images that get the true answer; None where it is not known."""
        return None if self.true is None else _share(self.restored, self.true)

    @property
    def reference_accuracy(self) -> float | None:
        """The same of the references: what a perfect restoration would reach."""
        return None if self.true is None else _share(self.reference, self.true)


def classifier_agreement(
    classify: Classifier,
    restored: Sequence[Pixels],
    reference: Sequence[Pixels],
    *,
    true: Sequence[Label] | None = None,
) -> Agreement:
    """Ask a classifier about both versions of every image.

    Args:
        classify: See `Classifier`.
        restored: (H, W, 3) each, uint8.
        reference: The true images in the same order.
        true: What they show, where it is known.

    Raises:
        InvalidRequestError: If there are no images, the numbers of them differ, or an answer is neither a label
            nor scores that are numbers.

    Example:
        >>> dark, light = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
        >>> is_light = lambda image: int(image.mean() > 127)
        >>> classifier_agreement(is_light, [dark, dark], [dark, light]).top_one_agreement
        0.5
    """
    counts = {len(restored), len(reference), *(() if true is None else (len(true),))}
    if len(counts) != 1 or 0 in counts:
        raise InvalidRequestError(
            f"a classifier is asked about pairs of images, but there are {len(restored)} restored ones, "
            f"{len(reference)} references and {'no' if true is None else len(true)} labels"
        )
    return Agreement(
        restored=tuple(_label(classify(image)) for image in restored),
        reference=tuple(_label(classify(image)) for image in reference),
        true=None if true is None else tuple(true),
    )


def _label(answer: Label | Scores) -> Label:
    if isinstance(answer, int | str):
        return answer
    scores = np.asarray(answer)
    if scores.ndim != 1 or not scores.size or np.isnan(scores).any():
        raise InvalidRequestError(
            f"a classifier gives a label, or one score per class, got an array {scores.shape} of {scores.dtype}"
            f"{' with values that are no numbers' if scores.ndim == 1 and scores.size else ''}"
        )
    return int(scores.argmax())


def _share(first: Sequence[Label], second: Sequence[Label]) -> float:
    return sum(ours == theirs for ours, theirs in zip(first, second, strict=True)) / len(first)
