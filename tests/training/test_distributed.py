"""Several processes train what one would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric
from samples.recipes import recipe, stage

from superres.errors import InvalidConfigError
from superres.models.weights import read_weights
from superres.training.distributed import check_shares, mean_of_all, processes, share
from superres.training.run import train


def curves(folder: Path) -> dict[str, list[float]]:
    entries = [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]
    return {key: [entry[key] for entry in entries if key in entry] for key in ("loss", "validation_psnr", "total_step")}


def started(path: Path, output: Path, count: int) -> None:
    """Train in several processes of their own, joined by gloo."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={count}"]
    run = subprocess.run(
        [*command, "-m", "superres", "train", str(path), "--output", str(output)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_two_processes_give_the_curves_and_weights_of_one(tmp_path: Path) -> None:
    # Two stages, so that the second starts from what the first process alone has written.
    stages = stage("a", steps=15), stage("b", "a", steps=6) + "accumulate = 2\n"
    path = recipe(tmp_path, *stages)
    one = train(path, output=tmp_path / "one")
    started(path, tmp_path / "two", count=2)
    single, double = curves(tmp_path / "one"), curves(tmp_path / "two")
    assert double["total_step"] == single["total_step"]
    # The sums of a batch are added in another order; over these steps of Adam that grows to some millionths.
    assert double["loss"] == pytest.approx(single["loss"], rel=1e-4)
    assert double["validation_psnr"] == pytest.approx(single["validation_psnr"], abs=1e-3)
    weights = (read_weights(tmp_path / name / "tiny_x2.safetensors")[0] for name in ("one", "two"))
    for first, second in zip(*(each.values() for each in weights), strict=True):
        torch.testing.assert_close(first, second, atol=1e-4, rtol=0)
    assert one.weights.exists()


def test_process_that_is_alone_takes_the_whole_batch() -> None:
    fabric = Fabric(accelerator="cpu", devices=1)
    batch, value = torch.arange(6), torch.tensor(2.5)
    assert processes() == 1
    assert torch.equal(share(batch, fabric), batch)
    assert mean_of_all(value, fabric) is value


class Second:
    """The second of three processes."""

    world_size = 3
    global_rank = 1


def test_shares_lie_side_by_side() -> None:
    assert share(torch.arange(6), Second()).tolist() == [2, 3]  # type: ignore[arg-type]


def test_batch_that_cannot_be_shared_is_refused() -> None:
    check_shares("a", batch_size=6, alone="", count=3)
    with pytest.raises(InvalidConfigError, match="a batch_size of 8 cannot be shared by 3 processes"):
        check_shares("a", batch_size=8, alone="", count=3)


def test_adversarial_stage_is_trained_by_one_process() -> None:
    check_shares("a", batch_size=6, alone="an adversarial stage", count=1)
    with pytest.raises(InvalidConfigError, match="needs one process, not 3"):
        check_shares("a", batch_size=6, alone="an adversarial stage", count=3)
