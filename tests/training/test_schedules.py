"""Learning rates."""

import json
import tomllib
from dataclasses import replace

import pytest
from pydantic import TypeAdapter
from samples.recipes import stage

from superres.training.schedules import learning_rate
from superres.training.stage import Stage

STAGE = TypeAdapter(Stage).validate_json(json.dumps(tomllib.loads(stage(steps=110))["stages"][0]))
COSINE = replace(STAGE, warmup=10, learning_rate=1.0, final_learning_rate=0.1)


def test_warmup_rises_linearly_from_the_first_step() -> None:
    assert [learning_rate(COSINE, step) for step in (0, 4, 9)] == pytest.approx([0.1, 0.5, 1.0])


def test_cosine_is_half_way_in_the_middle_and_ends_at_the_final_rate() -> None:
    assert learning_rate(COSINE, 10) == pytest.approx(1.0)
    assert learning_rate(COSINE, 60) == pytest.approx(0.55)
    assert learning_rate(COSINE, 110) == pytest.approx(0.1)


def test_halving_halves_after_each_period_but_stays_above_the_final_rate() -> None:
    halving = replace(COSINE, schedule="halving", halve_every=20, warmup=0)
    assert [learning_rate(halving, step) for step in (19, 20, 40, 100)] == pytest.approx([1.0, 0.5, 0.25, 0.1])


def test_rate_falls_at_each_milestone_counted_from_the_first_step() -> None:
    falling = replace(COSINE, schedule="milestones", milestones=[20, 50], final_learning_rate=0.0)
    assert [learning_rate(falling, step) for step in (19, 20, 49, 50, 109)] == pytest.approx(
        [1.0, 0.5, 0.5, 0.25, 0.25]
    )
    tenfold = replace(falling, milestone_factor=0.1)
    assert [learning_rate(tenfold, step) for step in (19, 20, 50)] == pytest.approx([1.0, 0.1, 0.01])


def test_constant_stays() -> None:
    constant = replace(COSINE, schedule="constant")
    assert learning_rate(constant, 10) == learning_rate(constant, 109) == 1.0
