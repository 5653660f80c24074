"""Weights that other runs begin with, kept beside the results so that another machine can go on from them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from plan import Run

FOLDER = "beginnings"
"""In the folder of results."""


def wanted_beginnings(runs: Iterable[Run], results: Path) -> set[str]:
    """The runs that others without a result begin with."""
    return {slug for run in runs if not (results / f"{run.slug}.json").exists() for slug in run.before()}


def keep(slug: str, runs: Path, results: Path) -> None:
    """Copy the weights that a run has left, and what its stages have learned besides, such as an estimator."""
    besides = sorted((runs / slug / "stages").glob("*.*.safetensors"))
    for file in (runs / slug / f"{slug}.safetensors", *besides):
        place = results / FOLDER / file.relative_to(runs)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def restore(runs: Path, results: Path) -> None:
    """Put what was kept where runs look for it; what is there stays."""
    for file in sorted((results / FOLDER).rglob("*.safetensors")):
        place = runs / file.relative_to(results / FOLDER)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


def forget(wanted: set[str], results: Path) -> None:
    """Remove what nobody begins with any more."""
    for folder in sorted((results / FOLDER).glob("*")):
        if folder.name not in wanted:
            shutil.rmtree(folder)
