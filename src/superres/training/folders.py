"""Where a recipe's images lie, and where a run leaves its files."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from superres.errors import ExistingFileError, InvalidConfigError, MissingFileError
from superres.models.writing import replace_file
from superres.training.records.environment import Environment

DATA_VARIABLE = "SUPERRES_DATA"
"""The environment variable that names the folder of all data sets."""


def data_folder(name: str) -> Path:
    """The folder that a recipe names: absolute, or below `$SUPERRES_DATA`, or below the working directory.

    Raises:
        MissingFileError: If there is no such folder.
    """
    root = os.environ.get(DATA_VARIABLE)
    places = dict.fromkeys((Path(root or ".") / name, Path(name)))
    for folder in places:
        if folder.is_dir():
            return folder
    raise MissingFileError(
        f"the recipe names the folder {name}, but there is no folder {' and no '.join(map(str, places))}; "
        f"set {DATA_VARIABLE} to where the images are"
    )


class RunFolder:
    """The folder of one run.

    Args:
        path: Made when the run is opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recipe = path / "recipe.toml"
        self.environment = path / "environment.json"
        self.curves = path / "curves.svg"
        self.result = path / "result.json"
        self.checkpoint = path / "checkpoint.pt"
        self._stages = path / "stages"

    def best_of(self, stage: str) -> Path:
        """The file of a stage's best weights."""
        return self._stages / f"{stage}.safetensors"

    def estimator_of(self, stage: str) -> Path:
        """The file of a stage's network with the head that says its uncertainty."""
        return self._stages / f"{stage}.uncertainty.safetensors"

    def resampler_of(self, stage: str) -> Path:
        """The file of the reduction that a stage has learned."""
        return self._stages / f"{stage}.resampler.safetensors"

    def sibling_of(self, stage: str, scale: int) -> Path:
        """The file of the network of another scale that a stage trains together with its own."""
        return self._stages / f"{stage}.x{scale}.safetensors"

    def check(self, recipe_path: Path, content: bytes, *, resume: bool) -> None:
        """Refuse a folder that this recipe cannot run in. Nothing is written.

        Args:
            recipe_path: Names the recipe in messages.
            content: All of it, with what was set otherwise.
            resume: Whether the folder may hold the run already.

        Raises:
            ExistingFileError: If it holds a run and `resume` is not given.
            InvalidConfigError: If its run began with another recipe.
        """
        holds_run = any(path.exists() for path in (self.recipe, self.checkpoint, self._stages))
        if holds_run and not resume:
            raise ExistingFileError(
                f"{self.path} already holds a run; give --resume to go on with it, or another folder with --output"
            )
        if holds_run and not self.recipe.exists():
            raise InvalidConfigError(
                f"{self.path} holds a run without its recipe.toml, so that it cannot be resumed; use another --output"
            )
        if holds_run and self.recipe.read_bytes() != content:
            raise InvalidConfigError(
                f"{recipe_path} differs from the recipe that the run in {self.path} began with; "
                "give the same --set, or use another --output"
            )

    def open(self, content: bytes, facts: Environment) -> None:
        """Write what explains the run, the recipe's content first, and remove what a kill left half written.

        Raises:
            InvalidConfigError: If the run began with other images.
        """
        self._check_images(facts)
        for half in (*self.path.glob(".*.part"), *self._stages.glob(".*.part")):
            half.unlink()
        if not self.recipe.exists():
            replace_file(self.recipe, content)
        replace_file(self.environment, json.dumps(asdict(facts), indent=2).encode() + b"\n")

    def _check_images(self, facts: Environment) -> None:
        if not self.environment.exists():
            return
        before = json.loads(self.environment.read_bytes())
        for kind, found in (("data", facts.data_sha256), ("validation", facts.validation_sha256)):
            if before.get(f"{kind}_sha256") != found:
                raise InvalidConfigError(
                    f"the {kind} images are no longer those that the run in {self.path} began with; "
                    "bring them back, or use another --output"
                )
