"""Learning rates as functions of the step."""

from __future__ import annotations

from bisect import bisect_right
from math import cos, pi

from superres.training.stage import Stage


def learning_rate(stage: Stage, step: int) -> float:
    """The learning rate of a step.

    Linear warm-up, then `constant`, `cosine` (SGDR, arXiv:1608.03983, equation 5, one period down to
    the final rate), `halving` every so many steps (EDSR, RFDN, RLFN) or multiplied by a factor at named `milestones`
    (VDSR, CARN), never under the final rate. Milestones count from the stage's first step, all else from the end of
    the warm-up.

    Args:
        stage: With its schedule.
        step: Counted from 0.
    """
    if step < stage.warmup:
        return stage.learning_rate * (step + 1) / stage.warmup
    return max(_after_warmup(stage, step - stage.warmup), stage.final_learning_rate)


def _after_warmup(stage: Stage, step: int) -> float:
    if stage.schedule == "constant":
        return stage.learning_rate
    if stage.schedule == "halving":
        return stage.learning_rate * 0.5 ** (step // stage.halve_every)
    if stage.schedule == "milestones":
        passed = bisect_right(stage.milestones, step + stage.warmup)
        return stage.learning_rate * stage.milestone_factor**passed
    done = step / max(1, stage.steps - stage.warmup)
    span = stage.learning_rate - stage.final_learning_rate
    return stage.final_learning_rate + span * (1 + cos(pi * min(done, 1))) / 2
