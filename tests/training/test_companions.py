"""What learns beside a network and stays behind."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from samples.recipes import HEAD, stage
from torch import nn

from superres.errors import InvalidConfigError
from superres.models.resampler import Resampler, read_resampler, write_resampler
from superres.models.rlfn import ARCHITECTURE, RLFN, RLFNConfig
from superres.training.companions import accompanied, left_alone, own_terms
from superres.training.folders import RunFolder
from superres.training.recipe import parse_recipe
from superres.training.stage import Stage
from superres.training.strategies.categories import Categorising
from superres.training.strategies.resampling import Resampled

CONFIG = RLFNConfig(scale=2, width=4, blocks=1, attention_width=4)
CARD = ARCHITECTURE.card("tiny_x2", CONFIG)
RESAMPLING = "[stages.resampling]\nwidth = 4\nblocks = 1\nreach = 3\ndistance = 1.0\nsmoothness = 1.0\n"
CLASSIFICATION = "[stages.classification]\nweight = 0.5\n"


def settings(more: str = "") -> Stage:
    head = HEAD.format(checkpoint_every=5, train="train", validation="validation")
    labels = '[data.labels]\ntrain = "a"\nother = "b"\n\n[validation]'
    text = head.replace("[validation]", labels).replace('train = ["train"]', 'train = ["train", "other"]')
    return parse_recipe(tomllib.loads(text + stage() + more), "test.toml").stages[0]


def beside(more: str, folder: Path) -> nn.Module:
    torch.manual_seed(0)
    return accompanied(RLFN(CONFIG), settings(more), CARD, classes=2, folder=RunFolder(folder))


def test_network_of_a_plain_stage_is_itself(tmp_path: Path) -> None:
    network = RLFN(CONFIG)
    assert accompanied(network, settings(), CARD, classes=0, folder=RunFolder(tmp_path)) is network
    assert left_alone(network, settings(), CARD, RunFolder(tmp_path)) is network
    assert own_terms(network, settings(), None) == 0


def test_head_for_kinds_adds_its_weighted_cross_entropy_and_is_left_behind(tmp_path: Path) -> None:
    network = beside(CLASSIFICATION, tmp_path)
    assert isinstance(network, Categorising)
    for values in network.head.parameters():
        nn.init.zeros_(values)
    network(torch.rand(3, 3, 16, 16))
    found = own_terms(network, settings(CLASSIFICATION), torch.tensor([0, 1, 1]))
    assert float(torch.as_tensor(found).detach()) == pytest.approx(0.5 * 0.6931, abs=1e-4)
    assert left_alone(network, settings(CLASSIFICATION), CARD, RunFolder(tmp_path)) is network.network
    assert not list(tmp_path.iterdir())


def test_resampler_goes_on_from_the_stage_before_and_is_written(tmp_path: Path) -> None:
    stage, folder = replace(settings(RESAMPLING), start="earlier"), RunFolder(tmp_path)
    assert stage.resampling is not None
    earlier = Resampler(stage.resampling.config(2))
    nn.init.ones_(earlier.head.weight)
    write_resampler(folder.resampler_of("earlier"), earlier)
    network = accompanied(RLFN(CONFIG), stage, CARD, classes=0, folder=folder)
    assert isinstance(network, Resampled)
    assert left_alone(network, stage, CARD, folder) is network.network
    assert torch.equal(read_resampler(folder.resampler_of("first")).head.weight, earlier.head.weight)


def test_kinds_are_not_learned_without_a_head() -> None:
    with pytest.raises(InvalidConfigError, match="only a network with a head for categories"):
        own_terms(RLFN(CONFIG), settings(CLASSIFICATION), torch.tensor([0]))
