"""What a table shall hold: models × sets of images × metrics. A TOML file, read strictly.

about = "What this table is for."
metrics = ["psnr", "ssim"]
scales = [2, 3, 4]

[[datasets]]
folder = "testsets/Set5"

[[models]]
model = "bicubic"

[[models]]
name = "ours"
model = "rlfn_compact_x{scale}"
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ConfigDict

from superres.errors import InvalidConfigError, MissingFileError, unknown_name
from superres.inference.ensemble import Ensemble
from superres.inference.precision import Precision
from superres.metrics.catalogue import metric
from superres.metrics.protocol import protocol
from superres.models.manifest import shipped
from superres.training.folders import DATA_VARIABLE
from superres.training.toml import parse, read_toml

_STRICT = ConfigDict(extra="forbid", strict=True)
_LABEL = re.compile(r"[^\W_][\w .+×()-]*")

BICUBIC = "bicubic"
"""The baseline that is always at hand: interpolation, without any network."""
SHIPPED = "superres"
"""Whatever `superres upscale` takes for a scale when no model is named; at any scale, whole or not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A set of images."""

    __pydantic_config__ = _STRICT

    folder: str
    """Absolute, or below the table's file, or below `$SUPERRES_DATA`; see `data.datasets.benchmarks` for layouts."""
    name: str = ""
    """In the table; the folder's own where not given."""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", Path(self.folder).name)
        _check_label("data set", self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A model, or a family of models with one member for each scale."""

    __pydantic_config__ = _STRICT

    model: str
    """A shipped network, a file, `bicubic` or `superres`; `{scale}` stands for the scale."""
    name: str = ""
    """In the table; the model's own where not given."""
    scales: tuple[float, ...] = ()
    """Where it is judged; where not given, at those of the table that are the model's own."""
    ensemble: Ensemble = "none"
    """`mean` or `median` of the answers to eight flips and turns; the name then ends in +, where none is given."""

    def __post_init__(self) -> None:
        if not self.name:
            plus = "" if self.ensemble == "none" else "+"
            object.__setattr__(self, "name", Path(self.model.replace("_x{scale}", "")).stem + plus)
        if self.model == BICUBIC and self.ensemble != "none":
            raise InvalidConfigError(f"{BICUBIC} is the same for every flip and turn, so that it has no ensemble")
        _check_label("model", self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """Figures that a paper gives for a row."""

    __pydantic_config__ = _STRICT

    model: str
    """As the table names it."""
    dataset: str
    scale: float
    values: Mapping[str, float]
    """By metric."""
    source: str
    """The paper, and where in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Latency:
    """Whether and how the time of each model is measured."""

    __pydantic_config__ = _STRICT

    width: int = 480
    height: int = 270
    """Of the input [pixels]."""
    rounds: int = 15

    def __post_init__(self) -> None:
        # The times come last: what cannot work shall not be found after hours of measuring.
        if self.rounds < 6 or min(self.width, self.height) < 1:
            raise InvalidConfigError(
                "latency is measured in at least 6 rounds on an image of at least one pixel, "
                f"got {self.rounds} rounds and {self.width}×{self.height}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePlan:
    """All of it."""

    __pydantic_config__ = _STRICT

    datasets: tuple[Dataset, ...]
    models: tuple[Candidate, ...]
    """The first is the one that others are measured against."""
    about: str = ""
    scales: tuple[float, ...] = ()
    """Whole or not; where not given, those that the models have."""
    metrics: tuple[str, ...] = ("psnr", "ssim")
    protocol: str = "classical"
    precision: Precision = "float32"
    published: tuple[Published, ...] = ()
    tolerances: Mapping[str, float] = field(default_factory=dict[str, float])
    """By metric, how far a figure may be from the published one."""
    exhibits: int = 3
    """Images of each set and scale that the report shows."""
    latency: Latency | None = None

    def __post_init__(self) -> None:
        for kind, entries in (("data set", self.datasets), ("model", self.models), ("metric", self.metrics)):
            if not entries:
                raise InvalidConfigError(f"a table needs at least one {kind}")
        for kind, names in (
            ("data sets", [each.name for each in self.datasets]),
            ("models", [each.name for each in self.models]),
            ("metrics", list(self.metrics)),
        ):
            if len(set(names)) != len(names):
                raise InvalidConfigError(f"the names of {kind} must differ from each other, got {', '.join(names)}")
        for name in (*self.metrics, *self.tolerances):
            metric(name)
        protocol(self.protocol)
        for scale in (*self.scales, *(scale for each in self.models for scale in each.scales)):
            if not 1 < scale <= 16:
                raise InvalidConfigError(f"scales lie above 1 and up to 16, got {scale:g}")
        self._check_published()

    def _check_published(self) -> None:
        for entry in self.published:
            for kind, name, names in (
                ("model of the table", entry.model, [each.name for each in self.models]),
                ("data set of the table", entry.dataset, [each.name for each in self.datasets]),
                *(("metric of the table", name, list(self.metrics)) for name in entry.values),
            ):
                if name not in names:
                    raise unknown_name(kind, name, names)


def _check_label(kind: str, name: str) -> None:
    """Labels become names of files."""
    if not _LABEL.fullmatch(name):
        raise InvalidConfigError(
            f"the {kind} {name!r} needs a name of letters, digits, spaces and . + - ( ) that begins with a letter "
            "or a digit; give one with 'name'"
        )


def read_table_plan(path: Path) -> TablePlan:
    """Read the TOML file of a table.

    Raises:
        MissingFileError: If there is no such file.
        InvalidConfigError: If it is no TOML, or makes no sense.
        UnknownNameError: If a key, metric, protocol, model or set is not known.
    """
    return parse(TablePlan, read_toml(path), str(path))


def located(name: str, beside: Path) -> Path:
    """The file or folder that a table names.

    Args:
        name: Absolute, or below `beside`, or below `$SUPERRES_DATA`.
        beside: The folder of the table's file.

    Raises:
        MissingFileError: If it is in none of these places.
    """
    places = (beside, Path(os.environ.get(DATA_VARIABLE, ".")))
    for place in places:
        if (place / name).exists():
            return place / name
    known = ", ".join((BICUBIC, SHIPPED, *(entry.name for entry in shipped())))
    raise MissingFileError(
        f"the table names {name}, which is neither in {places[0]} nor in {places[1]}; "
        f"set {DATA_VARIABLE} to where the images are (known without a file: {known})"
    )
