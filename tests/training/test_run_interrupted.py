"""A training that is stopped at any moment goes on as if it had not been."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from samples.recipes import recipe, stage

from superres.errors import InvalidConfigError
from superres.models.weights import read_weights
from superres.training.loop import Progress
from superres.training.run import Result, train


@dataclass
class Whole:
    """A run that nothing interrupted."""

    recipe: Path
    folder: Path
    result: Result


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    scratch = tmp_path_factory.mktemp("whole")
    path = recipe(scratch, stage("a", steps=6), stage("b", "a", steps=6))
    return Whole(path, scratch / "run", train(path, output=scratch / "run"))


def steady(folder: Path) -> list[dict[str, float | str]]:
    """The journal without what a clock says."""
    entries = [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]
    return [{key: value for key, value in entry.items() if key != "images_per_second"} for entry in entries]


def assert_same(resumed: Result, folder: Path, whole: Whole) -> None:
    """Weights, figures and journal equal those of the uninterrupted run, and nothing else is left."""
    assert (resumed.psnr, resumed.card) == (whole.result.psnr, whole.result.card)
    assert resumed.weights.read_bytes() == whole.result.weights.read_bytes()
    for name in ("a", "b"):
        stages = [run / "stages" / f"{name}.safetensors" for run in (folder, whole.folder)]
        assert stages[0].read_bytes() == stages[1].read_bytes()
    assert steady(folder) == steady(whole.folder)
    assert not list(folder.rglob("*.part"))


class Killed(BaseException):
    """Nothing catches it."""


@contextmanager
def killing_at(moment: int) -> Generator[None, None, None]:
    """Stop at the n-th write: a file's content is written but not in its place, or is in its place just now.

    What a kill leaves half written stays, as it would.
    """
    seen = 0
    sync, replace = os.fsync, Path.replace

    def one_more() -> None:
        nonlocal seen
        seen += 1
        if seen == moment:
            raise Killed

    def synced(descriptor: int) -> None:
        sync(descriptor)
        one_more()

    def replaced(path: Path, target: Path) -> Path:
        moved = replace(path, target)
        one_more()
        return moved

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", synced)
        patch.setattr(Path, "replace", replaced)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        yield


LINES = 6 + 2
"""Of the journal, and two sets of images; nothing is moved into its place there."""
FILES = 2 + 1 + 4 + 4 + 3
"""Recipe, environment; journal; best weights; checkpoints; the result, its curves and figures: written, then moved."""
MOMENTS = LINES + 2 * FILES


@pytest.mark.parametrize("moment", range(1, MOMENTS + 1))
def test_run_killed_at_any_write_resumes_bit_for_bit(whole: Whole, tmp_path: Path, moment: int) -> None:
    with killing_at(moment), pytest.raises(Killed):
        train(whole.recipe, output=tmp_path / "run")
    assert_same(train(whole.recipe, output=tmp_path / "run", resume=True), tmp_path / "run", whole)


def test_there_are_no_more_moments_than_these(whole: Whole, tmp_path: Path) -> None:
    with killing_at(MOMENTS + 1):
        assert_same(train(whole.recipe, output=tmp_path / "run"), tmp_path / "run", whole)


def test_run_killed_twice_resumes_bit_for_bit(whole: Whole, tmp_path: Path) -> None:
    with killing_at(16), pytest.raises(Killed):
        train(whole.recipe, output=tmp_path / "run")
    with killing_at(9), pytest.raises(Killed):
        train(whole.recipe, output=tmp_path / "run", resume=True)
    assert_same(train(whole.recipe, output=tmp_path / "run", resume=True), tmp_path / "run", whole)


SRCNN = """
name = "tiny_x2"
architecture = "srcnn"

[model.config]
scale = 2
widths = [4, 4]
"""
DESCENT = """optimizer = "sgd"
momentum = 0.9
weight_decay = 1e-4
rate_factors = { reconstruct = 0.1 }
accumulate = 3
clip_step = 1e-4"""


def test_descent_with_a_slow_layer_and_added_batches_resumes_bit_for_bit(tmp_path: Path) -> None:
    steps = stage(steps=11).replace('optimizer = "adam"\nbetas = [0.9, 0.99]', DESCENT)
    path = recipe(tmp_path, steps, model=SRCNN)
    expected = train(path, output=tmp_path / "whole")
    with killing_at(9), pytest.raises(Killed):
        train(path, output=tmp_path / "run")
    assert (tmp_path / "run" / "checkpoint.pt").exists()
    resumed = train(path, output=tmp_path / "run", resume=True)
    assert resumed.weights.read_bytes() == expected.weights.read_bytes()
    assert steady(tmp_path / "run") == steady(tmp_path / "whole")


@pytest.mark.parametrize("report", [0, 1])
def test_run_ended_by_its_watcher_resumes_bit_for_bit(whole: Whole, tmp_path: Path, report: int) -> None:
    reports: list[Progress] = []

    def watch(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) > report:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        train(whole.recipe, output=tmp_path / "run", watch=watch)
    assert not list((tmp_path / "run").rglob("*.part"))
    assert_same(train(whole.recipe, output=tmp_path / "run", resume=True), tmp_path / "run", whole)


# The child stops itself so hard that nothing can be tidied up, in the middle of a step that is no checkpoint's.
CHILD = """
import os, signal, sys
from pathlib import Path
import superres.training.run as run
from superres.training import loop

step = loop.WeightAverage.update
count = 0

def counted(self, at):
    global count
    count += 1
    if count == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    step(self, at)

loop.WeightAverage.update = counted
run.train(Path(sys.argv[1]), output=Path(sys.argv[2]), resume=True)
"""


@pytest.mark.parametrize("killed_at", [3, 7, 14])
def test_killed_run_resumes_to_the_same_weights_bit_for_bit(tmp_path: Path, killed_at: int) -> None:
    path = recipe(tmp_path, stage("a"), stage("b", "a"))
    whole = read_weights(train(path, output=tmp_path / "whole").weights)[0]
    killed = tmp_path / "killed"
    child = subprocess.run([sys.executable, "-c", CHILD, path, killed, str(killed_at)], check=False, env={**os.environ})
    assert child.returncode == -signal.SIGKILL
    resumed = read_weights(train(path, output=killed, resume=True).weights)[0]
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert steady(killed) == steady(tmp_path / "whole")


@pytest.mark.parametrize(("kind", "named"), [("train", "data"), ("validation", "validation")])
def test_run_does_not_go_on_with_other_images(tmp_path: Path, kind: str, named: str) -> None:
    path = recipe(tmp_path)
    with killing_at(8), pytest.raises(Killed):
        train(path, output=tmp_path / "run")
    (tmp_path / kind / "0.png").write_bytes((tmp_path / "train" / "2.png").read_bytes())
    with pytest.raises(InvalidConfigError, match=f"the {named} images are no longer those"):
        train(path, output=tmp_path / "run", resume=True)
