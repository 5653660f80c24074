"""A training of every network of the catalogue, however many channels and answers it has."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from samples.recipes import recipe, stage

from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.models.catalogue import ARCHITECTURES, architecture, build_from_card
from superres.models.weights import fill, load_network, read_weights
from superres.training.loop import Progress
from superres.training.run import Result, train

SMALL: Mapping[str, dict[str, Any]] = {
    "bsrn": {"width": 16, "blocks": 1},
    "carn": {"width": 4},
    "drcn": {"width": 4, "recursions": 2},
    "drrn": {"width": 4, "units": 2},
    "dwsr": {"width": 4, "depth": 3},
    "ecbsr": {"width": 4, "blocks": 1, "form": "branched"},
    "edsr": {"width": 4, "blocks": 1},
    "efdn": {"width": 16, "form": "branched"},
    "espcn": {"widths": [4, 4]},
    "fmen": {"width": 8, "blocks": 1, "attention_width": 4, "opening_width": 4, "form": "branched"},
    "fsrcnn": {"width": 4, "shrunk_width": 4, "mappings": 1},
    "fusion": {"members": [{"architecture": "espcn", "config": {"widths": [4, 4]}}, {"architecture": "srcnn"}]},
    "han": {"width": 16, "groups": 1, "blocks": 1},
    "imdn": {"width": 16, "blocks": 1},
    "lapsrn": {"scale": 4, "width": 4, "depth": 1},
    "liif": {"width": 4, "blocks": 1, "hidden": 8, "depth": 1},
    "meta_edsr": {"width": 4, "blocks": 1, "hidden": 8},
    "mwcnn": {"widths": [4, 4, 4], "depth": 1},
    "neesr": {"width": 12, "distilled_width": 4, "blocks": 1, "attention_width": 4},
    "rcan": {"width": 16, "groups": 1, "blocks": 1},
    "residual": {"width": 4, "blocks": 1},
    "rfdn": {"width": 8, "blocks": 1},
    "rlfn": {"width": 4, "blocks": 1, "attention_width": 4, "channels": 1},
    "rrdb": {"width": 4, "growth": 4, "blocks": 1},
    "span": {"width": 8, "blocks": 2, "form": "branched"},
    "srcnn": {"widths": [4, 4]},
    "srlut": {"width": 4, "depth": 2},
    "srresnet": {"width": 4, "blocks": 1},
    "swinir": {"width": 8, "groups": 1, "layers": 1, "heads": 1},
    "vdsr": {"width": 4, "depth": 2},
}
"""As small as each can be; RLFN with one channel, which takes one colour at a time."""


def toml(value: Any) -> str:
    """A value in TOML's notation."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {toml(each)}' for key, each in value.items())} }}"
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else json.dumps(value)


def model(name: str, settings: Mapping[str, Any]) -> str:
    """The content of a recipe's table of the model."""
    values = {"scale": 2, **settings}
    lines = [f"{key} = {toml(value)}" for key, value in values.items()]
    return "\n".join(["", f'name = "tiny_{name}"', f'architecture = "{name}"', "", "[model.config]", *lines, ""])


def trained(folder: Path, name: str, *stages: str, reports: list[Progress] | None = None) -> Result:
    path = recipe(folder, *(stages or (stage(steps=2),)), model=model(name, SMALL[name]))
    return train(path, output=folder / "run", watch=None if reports is None else reports.append)


def measured(folder: Path, result: Result) -> float:
    """What `superres evaluate` says of the weights on the validation images [dB]."""
    chosen = subjects([str(result.weights)], (), "float32")
    (row,) = evaluate({"validation": folder / "validation"}, chosen, metrics=["psnr"]).rows
    return row.mean("psnr")


@pytest.mark.parametrize("name", SMALL)
def test_every_network_is_trained_and_measured_as_it_will_be_used(name: str, tmp_path: Path) -> None:
    result = trained(tmp_path, name)
    assert result.card.architecture == name
    assert measured(tmp_path, result) == pytest.approx(result.psnr, abs=0.02)


def test_these_are_all_networks() -> None:
    assert set(SMALL) == {name for name in ARCHITECTURES if architecture(name).needs_weights}


@pytest.mark.parametrize("name", ["espcn", "lapsrn", "drcn", "rlfn"])
def test_training_of_one_channel_makes_the_answer_better(name: str, tmp_path: Path) -> None:
    reports: list[Progress] = []
    trained(tmp_path, name, stage(steps=150), reports=reports)
    assert reports[-1].loss < 0.8 * reports[0].loss


def test_run_with_branches_gives_out_merged_weights_that_answer_the_same(tmp_path: Path) -> None:
    result = trained(tmp_path, "ecbsr", stage(steps=20))
    tensors, card = read_weights(tmp_path / "run" / "stages" / "first.safetensors")
    branched = build_from_card(card)
    fill(branched, tensors, "first")
    merged, plain = load_network(result.weights)
    low = torch.rand(1, 1, 12, 13)
    assert (card.config["form"], plain.config["form"]) == ("branched", "merged")
    assert plain.figures == card.figures
    torch.testing.assert_close(merged(low), branched.eval()(low), atol=1e-4, rtol=0)


def test_next_stage_goes_on_with_the_branches(tmp_path: Path) -> None:
    trained(tmp_path, "ecbsr", stage("a", steps=2), stage("b", "a", steps=2))
    assert read_weights(tmp_path / "run" / "stages" / "b.safetensors")[1].config["form"] == "branched"
    assert architecture("ecbsr").config(form="branched").form == "branched"
