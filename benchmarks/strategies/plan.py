"""What is trained, and what is compared: `trainings.toml`, `recipe.toml` and `experiments.toml`, read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from superres.inference.ensemble import Ensemble

HERE = Path(__file__).parent
SEEDS = (1, 2, 3)
KINDS = "kinds"
"""In "@kinds/…": folders of images, and no training; see `kinds.py`."""


@dataclass(frozen=True, slots=True)
class Training:
    """A training that is run once with each seed, or another use of one that is there."""

    name: str
    network: str = ""
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    """What of the network is other than in recipe.toml."""
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    """What of the images is other."""
    stages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What of each stage is other."""
    of: str = ""
    """Instead of stages: the training whose weights are measured again."""
    ensemble: Ensemble = "none"
    precision: str = ""
    """Other than the seed's."""

    def ancestors(self) -> set[str]:
        """The trainings whose files this one needs."""
        named = {text[1:].split("/")[0] for text in _texts([self.stages, self.of]) if text.startswith("@")}
        return named - {KINDS}


@dataclass(frozen=True, slots=True)
class Run:
    """A training with a seed."""

    training: Training
    seed: int

    @property
    def slug(self) -> str:
        """For files."""
        return f"{self.training.name}_{self.seed}"

    def before(self) -> list[str]:
        """The slugs of the runs whose files this one needs."""
        return [f"{name}_{self.seed}" for name in sorted(self.training.ancestors())]


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a comparison, and what its source lets expect of its difference from the reference."""

    name: str
    training: str
    at_least: float | None = None
    """Of the difference [dB]."""
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """A question."""

    name: str
    question: str
    reference: list[str]
    """The training that arms are compared with; of several the best, seed by seed."""
    arms: list[Arm]

    def trainings(self) -> set[str]:
        """All that it looks at."""
        return {*self.reference, *(arm.training for arm in self.arms)}


def trainings() -> dict[str, Training]:
    """By name, in their order: what others need comes first."""
    found = [Training(**each) for each in _read("trainings.toml")["trainings"]]
    return {each.name: each for each in found}


def experiments() -> list[Experiment]:
    """In the order of the report."""
    content = _read("experiments.toml")["experiments"]
    return [
        Experiment(each["name"], each["question"], each["reference"], [Arm(**arm) for arm in each["arms"]])
        for each in content
    ]


def runs(only: str | None = None, seeds: Sequence[int] = SEEDS) -> list[Run]:
    """Of all experiments or one; all of a seed before those of the next.

    Args:
        only: The name of the one.
        seeds: Those that are meant.

    Raises:
        SystemExit: If there is no such experiment.
    """
    known, asked = trainings(), [each for each in experiments() if only in (None, each.name)]
    if not asked:
        raise SystemExit(
            f"no experiment is called {only!r}; there are {', '.join(each.name for each in experiments())}"
        )
    wanted = {name for each in asked for name in each.trainings()}
    while more := {name for each in wanted for name in known[each].ancestors()} - wanted:
        wanted |= more
    return [Run(known[name], seed) for seed in seeds for name in known if name in wanted]


def precision_of(run: Run) -> str:
    """In which it is trained."""
    return run.training.precision or _read("recipe.toml")["precisions"][str(run.seed)]


def precisions_of(run: Run) -> set[str]:
    """All that it is trained in: networks that only a loss looks through may have another. Measuring is float32."""
    if run.training.of:
        return set()
    terms = [term for stage in run.training.stages for term in stage.get("terms", {}).values()]
    return {precision_of(run), *(term["precision"] for term in terms if "precision" in term)}


def recipe_of(run: Run, folder: Path, share: float) -> dict[str, Any]:
    """The complete recipe of a run.

    Args:
        run: With stages.
        folder: Of all runs.
        share: What steps are multiplied by, for a trial.
    """
    common, training = _read("recipe.toml"), run.training
    network = common["networks"][training.network]
    # What goes on from another run sees other patches than that one did.
    seed = run.seed + (500 if training.ancestors() else 0)
    about = f"Of the benchmark of training strategies: {training.name}, seed {run.seed}."
    content = {
        "about": about,
        "seed": seed,
        "precision": precision_of(run),
        **common["recipe"],
        "model": {
            "name": run.slug,
            "architecture": network["architecture"],
            "config": {**network["config"], **training.config},
        },
        "data": {**common["data"], **training.data},
        "validation": common["validation"],
        "stages": [_shortened({**common["stage"], **stage}, share) for stage in training.stages],
    }
    return cast("dict[str, Any]", _located(content, folder, run.seed))


def _shortened(stage: dict[str, Any], share: float) -> dict[str, Any]:
    if share == 1:
        return stage
    steps = max(2, round(share * stage["steps"]))
    pruning = {"pruning": {**stage["pruning"], "every": 1}} if "pruning" in stage else {}
    return {**stage, **pruning, "steps": steps, "warmup": min(steps, round(share * stage["warmup"]))}


def _located(value: Any, folder: Path, seed: int) -> Any:
    """The same with files in place of "@…"."""
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {_located(key, folder, seed): _located(each, folder, seed) for key, each in table.items()}
    if isinstance(value, list):
        return [_located(each, folder, seed) for each in cast("list[Any]", value)]
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    name, _, inside = value[1:].partition("/")
    if name == KINDS:
        return str(folder / KINDS / inside)
    slug = f"{name}_{seed}"
    return str(folder / slug / (inside or f"{slug}.safetensors"))


def _texts(value: Any) -> Iterator[str]:
    """All texts inside tables and lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        inner = cast("dict[str, Any] | list[Any]", value)
        for each in inner.values() if isinstance(inner, dict) else inner:
            yield from _texts(each)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text("utf-8"))
