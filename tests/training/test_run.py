"""A whole training: stages, the best weights, interruption and resumption."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from samples.recipes import recipe, stage

from superres.errors import ExistingFileError, InvalidConfigError, InvalidWeightsError, MissingFileError
from superres.models.weights import load_network, read_weights
from superres.training.loop import Progress
from superres.training.run import train


def journal(folder: Path) -> list[dict[str, float | str]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]


def test_stages_follow_each_other_and_leave_weights_with_a_card(tmp_path: Path) -> None:
    result = train(recipe(tmp_path, stage("a"), stage("b", "a")), output=tmp_path / "run")
    network, card = load_network(result.weights)
    assert network(torch.rand(1, 3, 20, 20)).shape == (1, 3, 40, 40)
    assert (card.name, card.recipe, card.steps, card.trained_on) == ("tiny_x2", "tiny.toml", 20, ("train",))
    assert {entry["stage"] for entry in journal(tmp_path / "run")} == {"a", "b"}


def test_training_makes_the_answer_better(tmp_path: Path) -> None:
    reports: list[Progress] = []
    train(recipe(tmp_path, stage(steps=150)), output=tmp_path / "run", watch=reports.append)
    assert reports[-1].loss < 0.8 * reports[0].loss


def test_best_validation_is_what_is_kept(tmp_path: Path) -> None:
    result = train(recipe(tmp_path, stage(steps=20)), output=tmp_path / "run")
    measured = [entry["validation_psnr"] for entry in journal(tmp_path / "run") if "validation_psnr" in entry]
    assert len(measured) == 4
    assert result.psnr == max(measured)


def test_same_recipe_gives_the_same_weights(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    first, second = (read_weights(train(path, output=tmp_path / name).weights)[0] for name in ("a", "b"))
    assert all(torch.equal(first[name], second[name]) for name in first)


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
    steady = [{key: value for key, value in entry.items() if key != "images_per_second"} for entry in journal(killed)]
    assert steady == [
        {key: value for key, value in entry.items() if key != "images_per_second"}
        for entry in journal(tmp_path / "whole")
    ]


def test_finished_run_resumes_to_its_result_at_once(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    first = train(path, output=tmp_path / "run")
    started = time.perf_counter()
    again = train(path, output=tmp_path / "run", resume=True)
    assert (again.weights, again.psnr) == (first.weights, first.psnr)
    assert time.perf_counter() - started < 20


def test_folder_that_holds_a_run_is_not_overwritten(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    train(path, output=tmp_path / "run")
    with pytest.raises(ExistingFileError, match="give --resume"):
        train(path, output=tmp_path / "run")


def test_resuming_with_another_recipe_is_refused(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    train(path, output=tmp_path / "run")
    path.write_text(path.read_text("utf-8").replace("seed = 3", "seed = 4"), encoding="utf-8")
    with pytest.raises(InvalidConfigError, match="differs from the recipe"):
        train(path, output=tmp_path / "run", resume=True)


def test_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    train(path, output=tmp_path / "run")
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    with pytest.raises(InvalidWeightsError, match="is damaged"):
        train(path, output=tmp_path / "run", resume=True)


def test_missing_folder_of_images_is_named(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    path.write_text(path.read_text("utf-8").replace(str(tmp_path / "train"), "absent"), encoding="utf-8")
    with pytest.raises(MissingFileError, match="names the folder absent"):
        train(path, output=tmp_path / "run")


def test_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    path = recipe(
        tmp_path,
        stage(steps=60)
        .replace("learning_rate = 1e-3", "learning_rate = 1e30")
        .replace("clip_norm = 1.0", "clip_norm = 0.0"),
    )
    with pytest.raises(InvalidConfigError, match="no longer finite"):
        train(path, output=tmp_path / "run")
