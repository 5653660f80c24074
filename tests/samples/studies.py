"""A small study whose raters prefer less blur and less noise."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superres.image.files import write_picture
from superres.image.picture import Picture

RATERS = 5
LEVELS = 4
"""Versions of a picture: sharp, and more and more blurred and noisy."""


def _picture(content: int, level: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(content)
    values = random.normal(size=(48, 52, 3)).cumsum(0).cumsum(1)
    values = (values - values.min()) / np.ptp(values) * 200 + 25 + 12 * random.normal(size=values.shape)
    for _ in range(level):
        values = (values + np.roll(values, 1, axis=0) + np.roll(values, 1, axis=1)) / 3
    return (values + 2 * level * random.normal(size=values.shape)).clip(0, 255).astype(np.uint8)


def _votes(contents: int) -> Iterator[tuple[str, str, int]]:
    random = np.random.default_rng(9)
    for content in range(contents):
        for level in range(1, LEVELS + 1):
            for rater in range(RATERS):
                score = 5.2 - level + 0.15 * content + 0.2 * rater - 0.4 + 0.5 * random.normal()
                yield f"p{content}_{level}", f"r{rater}", int(np.rint(np.clip(score, 1, 5)))


def study(folder: Path, contents: int = 4) -> Path:
    """Folders `images` and `references`, and a table of votes in which nothing names the references."""
    for name in ("images", "references"):
        (folder / name).mkdir(parents=True)
    for content in range(contents):
        write_picture(folder / "references" / f"p{content}.png", Picture(pixels=_picture(content, 0)))
        for level in range(1, LEVELS + 1):
            write_picture(folder / "images" / f"p{content}_{level}.png", Picture(pixels=_picture(content, level)))
    lines = [f"{stimulus},{rater},{score}\n" for stimulus, rater, score in _votes(contents)]
    path = folder / "votes.csv"
    path.write_text("stimulus,rater,score\n" + "".join(lines), encoding="utf-8")
    return path
