"""The training loop of one stage."""

import math
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import torch
from lightning_fabric import Fabric
from samples.recipes import HEAD, stage
from torch import Tensor, nn

from superres.data.loader import PatchLoader
from superres.errors import InvalidConfigError
from superres.training.channels import Channels
from superres.training.checkpoint import read_checkpoint, write_checkpoint
from superres.training.ema import WeightAverage
from superres.training.loop import REPORT_EVERY, Progress, StageState, run_steps
from superres.training.optimizers import optimizer
from superres.training.recipe import parse_recipe
from superres.training.schedules import learning_rate
from superres.training.stage import Stage

HEADING = HEAD.format(checkpoint_every=5, train="train", validation="validation")
STAGE = parse_recipe(tomllib.loads(HEADING + stage(steps=2 * REPORT_EVERY + 20)), "test.toml").stages[0]


class Batches:
    """Stands for a loader: batch k holds k / 255 everywhere, and 0 as its answer."""

    def batches(self, start: int, stop: int) -> Iterator[tuple[Tensor, Tensor]]:
        for number in range(start, stop):
            low = torch.full((2, 3, 4, 4), number, dtype=torch.uint8)
            yield low, torch.zeros_like(low)


def begun(settings: Stage = STAGE) -> StageState:
    """A 1×1 convolution that copies its input."""
    network = nn.Conv2d(3, 3, 1)
    nn.init.dirac_(network.weight)
    nn.init.zeros_(cast("Tensor", network.bias))
    return StageState(network, optimizer(settings, network), WeightAverage(network, settings.average))


def steps(state: StageState, settings: Stage = STAGE) -> Iterator[Progress | None]:
    return run_steps(settings, state, cast("PatchLoader", Batches()), Fabric(accelerator="cpu", devices=1))


def values(network: nn.Module) -> list[float]:
    return [value for parameter in network.parameters() for value in parameter.detach().flatten().tolist()]


def test_something_is_yielded_after_every_step_and_a_report_when_it_is_due() -> None:
    reports = list(steps(begun()))
    assert len(reports) == STAGE.steps
    assert [report.step for report in reports if report] == [REPORT_EVERY, 2 * REPORT_EVERY, STAGE.steps]


def test_state_is_that_of_the_step_when_the_caller_looks() -> None:
    state = begun()
    assert [state.step for _ in steps(state)] == list(range(1, STAGE.steps + 1))


def test_report_is_the_mean_over_the_steps_since_the_last() -> None:
    still = replace(STAGE, learning_rate=1e-30, final_learning_rate=0.0)
    reports = [report for report in steps(begun(still), still) if report]
    expected = [sum(range(50)) / 50, sum(range(50, 100)) / 50, sum(range(100, 120)) / 20]
    assert [255 * report.loss for report in reports] == pytest.approx(expected)


def test_report_says_where_the_stage_is_and_how_fast() -> None:
    last = [report for report in steps(begun()) if report][-1]
    assert (last.stage, last.step, last.steps) == ("first", STAGE.steps, STAGE.steps)
    assert last.learning_rate == learning_rate(STAGE, STAGE.steps - 1)
    assert last.images_per_second > 0


def test_speed_does_not_count_what_the_caller_does_between_steps() -> None:
    clock = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.perf_counter", lambda: clock.__setitem__(0, clock[0] + 1) or clock[0])
        speeds = []
        for report in steps(begun()):
            clock[0] += 1000
            speeds += [report.images_per_second] if report else []
    # Each step costs one tick of this clock, for two images.
    assert speeds == pytest.approx([2.0, 2.0, 2.0])


def test_average_follows_the_network() -> None:
    state = begun()
    before = values(state.average.network)
    list(steps(state))
    assert values(state.average.network) != before
    assert values(state.average.network) != values(state.network)


def test_gradients_are_scaled_down_to_the_norm() -> None:
    norms: list[float] = []
    clipped = replace(STAGE, clip_norm=1e-3)
    state = begun(clipped)
    for _ in steps(state, clipped):
        gradients = [parameter.grad for parameter in state.network.parameters() if parameter.grad is not None]
        norms.append(float(torch.cat([each.flatten() for each in gradients]).norm()))
    assert max(norms) == pytest.approx(1e-3, rel=1e-3)


class Halves:
    """Batches of two patches; with `size` 4 the same patches, two batches in each."""

    def __init__(self, size: int) -> None:
        self._size = size

    def batches(self, start: int, stop: int) -> Iterator[tuple[Tensor, Tensor]]:
        for number in range(start * self._size, stop * self._size, self._size):
            low = torch.arange(number, number + self._size, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 4, 4)
            yield low, 255 - low


def trained_on(loader: Halves, settings: Stage) -> StageState:
    state = begun(settings)
    list(run_steps(settings, state, cast("PatchLoader", loader), Fabric(accelerator="cpu", devices=1)))
    return state


def test_two_batches_accumulated_equal_one_of_twice_the_size() -> None:
    single = replace(STAGE, steps=30, batch_size=4)
    whole, parts = trained_on(Halves(4), single), trained_on(Halves(2), replace(single, batch_size=2, accumulate=2))
    assert whole.step == parts.step == 30
    assert values(parts.network) == pytest.approx(values(whole.network), abs=1e-5)
    assert values(whole.network) != pytest.approx(values(begun().network), abs=1e-3)


def test_resumed_accumulation_goes_on_with_the_next_batches() -> None:
    settings = replace(STAGE, steps=10, accumulate=3)
    whole, state = trained_on(Halves(2), settings), begun(settings)
    for _ in run_steps(settings, state, cast("PatchLoader", Halves(2)), Fabric(accelerator="cpu", devices=1)):
        if state.step == 4:
            break
    resumed = begun(settings)
    resumed.load_dict(state.to_dict())
    list(run_steps(settings, resumed, cast("PatchLoader", Halves(2)), Fabric(accelerator="cpu", devices=1)))
    assert values(resumed.network) == values(whole.network)


def test_network_sees_what_its_channels_say() -> None:
    seen: list[Tensor] = []

    class Watching(nn.Conv2d):
        def forward(self, low: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
            seen.append(low)
            return super().forward(low)

    network = Watching(1, 1, 1)
    once = replace(STAGE, steps=1, warmup=0)
    state = StageState(network, optimizer(once, network), WeightAverage(network, 0.0))
    luma = Channels(count=1, colour="luma")
    list(run_steps(once, state, cast("PatchLoader", Batches()), Fabric(accelerator="cpu", devices=1), luma))
    assert seen[0].shape == (2, 1, 4, 4)
    assert seen[0].flatten().tolist() == pytest.approx([16 / 255] * 32)  # black in the studio range


def test_interrupted_stage_goes_on_bit_for_bit_and_reports_the_same(tmp_path: Path) -> None:
    whole = begun()
    expected = [(report.step, report.loss) for report in steps(whole) if report]
    first = begun()
    for _ in steps(first):
        if first.step == REPORT_EVERY + 7:
            write_checkpoint(tmp_path / "state.pt", first.to_dict())
            break
    resumed = begun()
    resumed.load_dict(read_checkpoint(tmp_path / "state.pt"))
    assert [(report.step, report.loss) for report in steps(resumed) if report] == expected[1:]
    assert values(resumed.network) == values(whole.network)
    assert values(resumed.average.network) == values(whole.average.network)


def test_finished_stage_has_no_step_left() -> None:
    state = begun()
    state.step = STAGE.steps
    assert not list(steps(state))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_loss_that_is_no_number_ends_the_stage(value: float) -> None:
    state = begun()
    nn.init.constant_(cast("Tensor", cast("nn.Conv2d", state.network).bias), value)
    with pytest.raises(InvalidConfigError, match="'first': the loss is no longer finite at step 50"):
        list(steps(state))
