"""The table of what there is, and a verdict on every arm by a rule that is stated once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import plan
from scipy import stats

from superres.evaluation.significance import Interval, paired_difference

RULE = """\
One tiny network, equal steps, three seeds; what is trained is in `trainings.toml`. Each result says in which
precision it was trained, where that was written down: the first ones took what their processor had. Five of those
(start of two seeds, and of the second long and two of RFDN) were trained again in bfloat16 on another day, and are the
same to the last digit; a sixth (sure of the second seed) differs by up to 0.06 dB in an image and stands as it is now:
why is not found out. PSNR [dB] on Kodak24 ×4, or ×2 where it says so, `classical` protocol, of the last step's
weights; nothing is chosen by it. Spread: standard deviation over the seeds. Difference: arm less reference, of the same
seed, so that both began alike and saw the same patches; mean over the seeds; in the first brackets Student's 95 %
interval of that mean, in the second the 95 % bootstrap interval over the 24 images, whose differences are means over
the seeds.

**helps** or **hurts**: the interval over the seeds lies above or below 0; otherwise **no difference seen**. What the
source (or this project's claim) lets expect is **met** where the whole interval satisfies it, **met on average** where
only the mean does, **not seen** where the mean does not but the interval touches it, and **missed, a surprise** where
the whole interval contradicts it.
"""
CHANCE = 0.5
"""Of telling kinds: equally many tiles of both are held out."""
SeedImages = dict[int, dict[str, float]]
"""PSNR of each image, by seed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """An arm less its reference."""

    by_seed: list[float]
    over_images: Interval | None

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return float(np.mean(self.by_seed))

    @property
    def interval(self) -> Interval | None:
        """Of the mean over the seeds; None for a single one."""
        return student(self.by_seed)


def student(values: Sequence[float]) -> Interval | None:
    """Student's 95 % interval of a mean; None for a single value."""
    count, mean = len(values), float(np.mean(values))
    if count < 2:
        return None
    reach = float(stats.t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return Interval(mean - reach, mean + reach)


def table(results: Path) -> str:
    """All experiments of which there are results."""
    sections = list(filter(None, (section(each, results) for each in plan.experiments())))
    return "\n".join(["# Training strategies", "", RULE, *summary(results), "", *sections])


def summary(results: Path) -> list[str]:
    """A line for every arm that something is expected of."""
    lines = ["| experiment | arm | difference | verdict |", "|---|---|---|---|"]
    for experiment in plan.experiments():
        reference = best([_images(results, name) for name in experiment.reference])
        for arm in experiment.arms:
            compared = compare(_images(results, arm.training), reference)
            if compared is not None and expectation(arm, 0, Interval(0, 0)):
                lines.append(f"| {experiment.name} | {arm.name} | {compared.mean:+.3f} | {verdict(arm, compared)} |")
    return lines


def section(experiment: plan.Experiment, results: Path) -> str:
    """An experiment; nothing where no seed has both its reference and an arm."""
    have = {name: _images(results, name) for name in experiment.trainings()}
    reference = best([have[name] for name in experiment.reference])
    lines = [_line(arm, have[arm.training], reference, experiment, results) for arm in experiment.arms]
    if not any(lines):
        return ""
    heading = ["| arm | PSNR | spread | difference | verdict |", "|---|---|---|---|---|"]
    return "\n".join([f"## {experiment.name}", "", experiment.question, "", *heading, *filter(None, lines), ""])


def _line(arm: plan.Arm, images: SeedImages, reference: SeedImages, experiment: plan.Experiment, results: Path) -> str:
    if not images:
        return ""
    means = [float(np.mean(list(each.values()))) for each in images.values()]
    spread = f"{np.std(means, ddof=1):.3f}" if len(means) > 1 else ""
    told, accuracy = "", _accuracy(results, arm.training, images)
    seeds = "" if len(means) == len(plan.SEEDS) else f" ({len(means)} of {len(plan.SEEDS)} seeds)"
    compared = compare(images, reference)
    difference = "reference" if experiment.reference == [arm.training] else ""
    if not difference and compared is not None:
        difference = _figures(compared)
        told = "" if arm.training in experiment.reference else verdict(arm, compared)
    said = "; ".join(filter(None, (told, accuracy)))
    return f"| {arm.name}{seeds} | {np.mean(means):.3f} | {spread} | {difference} | {said} |"


def best(candidates: Sequence[SeedImages]) -> SeedImages:
    """Of each seed that all have, the images of the training whose mean is highest."""
    seeds = set[int].intersection(*(set(each) for each in candidates))
    return {
        seed: max((each[seed] for each in candidates), key=lambda images: float(np.mean(list(images.values()))))
        for seed in sorted(seeds)
    }


def compare(images: SeedImages, reference: SeedImages) -> Compared | None:
    """Seed by seed; None where no seed has both."""
    seeds = sorted(set(images) & set(reference))
    if not seeds:
        return None
    names = sorted(images[seeds[0]])
    pairs = np.array([[[side[seed][name] for name in names] for side in (images, reference)] for seed in seeds])
    over_images = paired_difference(*pairs.mean(axis=0).tolist()).interval
    return Compared((pairs[:, 0] - pairs[:, 1]).mean(axis=1).tolist(), over_images)


def verdict(arm: plan.Arm, compared: Compared) -> str:
    """By the rule; nothing is said of a single seed."""
    interval = compared.interval
    if interval is None:
        return "one seed"
    seen = "helps" if interval.lower > 0 else "hurts" if interval.upper < 0 else "no difference seen"
    return "; ".join(filter(None, (f"**{seen}**", expectation(arm, compared.mean, interval))))


def expectation(arm: plan.Arm, mean: float, interval: Interval) -> str:
    """Whether the difference is as the source lets expect; empty where it says nothing."""
    if arm.at_least is not None:
        words, gap = f"at least {arm.at_least:g}", arm.at_least
        inside, touches, whole = mean >= gap, interval.upper >= gap, interval.lower >= gap
    elif arm.at_most is not None:
        words, gap = f"at most {arm.at_most:g}", arm.at_most
        inside, touches, whole = mean <= gap, interval.lower <= gap, interval.upper <= gap
    else:
        return ""
    found = "met" if whole else "met on average" if inside else "not seen" if touches else "missed, a surprise"
    return f"expected {words}: **{found}**"


def _figures(compared: Compared) -> str:
    by_seed = ", ".join(f"{each:+.3f}" for each in compared.by_seed)
    ends = [each for each in (compared.interval, compared.over_images) if each is not None]
    intervals = " ".join(f"[{each.lower:+.3f}, {each.upper:+.3f}]" for each in ends)
    return f"{compared.mean:+.3f} {intervals} (seeds: {by_seed})"


def _accuracy(results: Path, training: str, images: SeedImages) -> str:
    """Of an arm that tells kinds of images, by the rule for differences."""
    found = [_read(results, training, seed)["accuracy"] for seed in images]
    known = [float(each) for each in found if each is not None]
    if not known:
        return ""
    interval = student(known)
    side = "above" if interval and interval.lower > CHANCE else "not shown to be above"
    by_seed = ", ".join(f"{each:.2f}" for each in known)
    return f"kinds told: {np.mean(known):.2f} (seeds: {by_seed}), **{side} chance**, which is {CHANCE:.2f}"


def _images(results: Path, training: str) -> SeedImages:
    seeds = [seed for seed in plan.SEEDS if (results / f"{training}_{seed}.json").exists()]
    return {seed: _read(results, training, seed)["images"] for seed in seeds}


def _read(results: Path, training: str, seed: int) -> dict[str, Any]:
    return json.loads((results / f"{training}_{seed}.json").read_text("utf-8"))
