"""Training for any scale."""

import json
from pathlib import Path

import pytest
import torch
from samples.recipes import recipe, stage

from superres.errors import InvalidConfigError
from superres.models.weights import load_network
from superres.training.loop import Progress
from superres.training.run import train

META = """
name = "tiny_meta"
architecture = "meta_edsr"

[model.config]
scale = 2
width = 8
blocks = 1
hidden = 8
"""
LIIF = """
name = "tiny_liif"
architecture = "liif"

[model.config]
scale = 2
width = 8
blocks = 1
hidden = 16
depth = 2
"""
STEPS = "scales = [1.5, 3.0]\nscale_step = 0.25\n"
SAMPLED = "scales = [1.0, 3.0]\nsampled_pixels = 200\n"
KINDS = {"meta": (META, STEPS), "liif": (LIIF, SAMPLED)}


def written(folder: Path, kind: str, steps: int) -> Path:
    model, keys = KINDS[kind]
    return recipe(folder, stage(steps=steps) + keys, model=model)


@pytest.mark.parametrize("kind", KINDS)
def test_training_at_drawn_scales_makes_the_answer_better(tmp_path: Path, kind: str) -> None:
    reports: list[Progress] = []
    result = train(written(tmp_path, kind, 200), output=tmp_path / "run", watch=reports.append)
    assert reports[-1].loss < 0.7 * reports[0].loss
    network, card = load_network(result.weights)
    assert card.highest_scale is not None
    assert network(torch.rand(1, 3, 10, 12), 2.5).shape == (1, 3, 25, 30)


@pytest.mark.parametrize("kind", KINDS)
def test_interrupted_training_at_drawn_scales_goes_on_bit_for_bit(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind, 120)
    whole = train(path, output=tmp_path / "whole")

    def stop(progress: Progress) -> None:
        if progress.step == 50:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        train(path, output=tmp_path / "run", watch=stop)
    resumed = train(path, output=tmp_path / "run", resume=True)
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    losses = [
        [line["loss"] for line in map(json.loads, (run / "journal.jsonl").read_text().splitlines()) if "loss" in line]
        for run in (tmp_path / "run", tmp_path / "whole")
    ]
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    ("kind", "keys", "sentence"),
    [
        ("meta", "scales = [2.0]", "scales are a lowest factor, at least 1, and a highest"),
        ("meta", "scales = [0.5, 2.0]", "scales are a lowest factor, at least 1, and a highest"),
        ("meta", "scales = [1.5, 8.0]", r"meta_edsr enlarges by factors up to ×4"),
        ("meta", "scale_step = 0.1", "scale_step goes with scales"),
        ("meta", "scales = [1.0, 2.0]\nscale_step = 0.3", r"no number of steps of 0\.3 spans"),
        ("meta", "scales = [1.0, 2.0]\nscale_step = -0.5", "scale_step must not be negative"),
        ("meta", "sampled_pixels = 100", "meta_edsr gives whole images only"),
        ("liif", "sampled_pixels = -1", "sampled_pixels must not be negative"),
        ("liif", "scales = [1.0, 2.0]\nsampled_pixels = 300", "the smallest patch has 256 pixels"),
    ],
)
def test_scales_that_make_no_sense_are_refused(tmp_path: Path, kind: str, keys: str, sentence: str) -> None:
    path = recipe(tmp_path, stage() + keys, model=KINDS[kind][0])
    with pytest.raises(InvalidConfigError, match=sentence):
        train(path, output=tmp_path / "run")


def test_network_of_one_scale_is_not_trained_for_broken_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError, match="rlfn enlarges by whole factors, with scale_step = 1, alone"):
        train(recipe(tmp_path, stage() + "scales = [1.5, 2.0]"), output=tmp_path / "run")
