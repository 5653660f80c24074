"""Runs that are missing, one after another, in as many processes as are started."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import kinds
import plan
import torch
from beginnings import forget, keep, restore, wanted_beginnings
from measure import accuracy, psnrs

from superres.inference.locking import locked
from superres.training.loop import Progress
from superres.training.overrides import toml_text
from superres.training.records.environment import resolve_precision
from superres.training.run import train

WAIT = 20.0
"""Seconds until a process looks again whether what it needs has become ready elsewhere."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the runs lie, and what they have reached."""

    runs: Path
    results: Path
    share: float
    """What steps are multiplied by."""

    def result(self, slug: str) -> Path:
        """Of a run."""
        return self.results / f"{slug}.json"


def work(places: Places, only: str | None, seeds: Sequence[int]) -> None:
    """Run what is missing; what another process is about is left to it.

    Raises:
        SystemExit: If runs have failed; the others are done nevertheless.
    """
    places.runs.mkdir(parents=True, exist_ok=True)
    places.results.mkdir(parents=True, exist_ok=True)
    kinds.link_kinds(places.runs / plan.KINDS)
    restore(places.runs, places.results)
    wanted, failed = _fast_here(plan.runs(only, seeds)), set[str]()
    while left := [run for run in _needed(wanted, places) if run.slug not in failed]:
        hopeless = [run for run in left if failed.intersection(run.before())]
        failed.update(run.slug for run in hopeless)
        if not any(_try(run, places, failed) for run in left if run not in hopeless) and not hopeless:
            time.sleep(WAIT)
    if failed:
        raise SystemExit(f"these runs have failed: {', '.join(sorted(failed))}")


def _fast_here(runs: list[plan.Run]) -> list[plan.Run]:
    """The runs whose precision this processor need not emulate."""
    if resolve_precision("auto", torch.device("cpu")) is torch.bfloat16:
        return runs
    left = {run.slug for run in runs if "bfloat16" in plan.precisions_of(run)}
    if left:
        print(f"left to a processor that multiplies bfloat16: {len(left)} runs", flush=True)
    return [run for run in runs if run.slug not in left]


def _needed(wanted: list[plan.Run], places: Places) -> list[plan.Run]:
    """Runs without a result, and runs whose weights those need where the folder of runs is gone."""
    needed = {run.slug for run in wanted if not places.result(run.slug).exists()}
    for run in reversed(wanted):  # what others need comes before them
        if run.slug in needed:
            needed.update(slug for slug in run.before() if not _is_ready(slug, places))
    return [run for run in wanted if run.slug in needed]


def _is_done(run: plan.Run, places: Places) -> bool:
    return _is_ready(run.slug, places) if run.training.stages else places.result(run.slug).exists()


def _is_ready(slug: str, places: Places) -> bool:
    """Whether others can begin with what a run has left."""
    return places.result(slug).exists() and weights_of(slug, places.runs).exists()


def _try(run: plan.Run, places: Places, failed: set[str]) -> bool:
    """Whether this process has done something for a run, or has failed to."""
    if not all(_is_ready(slug, places) for slug in run.before()):
        return False
    lock = locked(places.runs / f"{run.slug}.lock")  # ends with the process
    if lock is None:
        return False
    with lock:
        if _is_done(run, places):
            return False
        try:
            one(run, places)
            _keep(run, places)
        except Exception:  # the other runs do not need this one
            traceback.print_exc()
            failed.add(run.slug)
    return True


def _keep(run: plan.Run, places: Places) -> None:
    """The weights, as long as others begin with them."""
    wanted = wanted_beginnings(plan.runs(), places.results)
    if run.slug in wanted:
        keep(run.slug, places.runs, places.results)
    forget(wanted, places.results)


def one(run: plan.Run, places: Places) -> None:
    """Train, measure, keep."""
    print(run.slug, flush=True)
    started = time.process_time()
    weights, steps = _trained(run, places) if run.training.stages else (weights_of(run.before()[0], places.runs), 0)
    seconds = time.process_time() - started
    content = {
        "training": run.training.name,
        "seed": run.seed,
        "steps": steps,
        "core_seconds_of_last_start": round(seconds),
        "precision": _precision(places.runs / run.slug),
        "accuracy": accuracy(places.runs / run.slug),
        "images": psnrs(weights, ensemble=run.training.ensemble),
    }
    half = places.result(run.slug).with_suffix(".part")
    half.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    half.rename(places.result(run.slug))


def _trained(run: plan.Run, places: Places) -> tuple[Path, int]:
    """The weights that a run leaves, and its steps."""
    recipe = places.runs / f"{run.slug}.toml"
    content = plan.recipe_of(run, places.runs, places.share)
    recipe.write_text(toml_text(content), encoding="utf-8")
    weights = train(recipe, output=places.runs / run.slug, resume=True, watch=tell).weights
    return weights, sum(stage["steps"] for stage in content["stages"])


def _precision(folder: Path) -> str | None:
    """In which a run was trained; nothing where nothing was."""
    file = folder / "environment.json"
    return json.loads(file.read_text(encoding="utf-8"))["precision"] if file.exists() else None


def weights_of(slug: str, runs: Path) -> Path:
    """Where a run leaves its weights."""
    return runs / slug / f"{slug}.safetensors"


def tell(now: Progress) -> None:
    """A line now and then."""
    if now.step % 1000 == 0:
        print(f"  {now.stage} {now.step} {now.loss:.5f}", flush=True)
