"""EFDN: the challenge's table, the branched form, tiles. What every network promises: `test_every_architecture`."""

from typing import Any

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.models.catalogue import build
from superres.models.cost import cost
from superres.models.efdn import EFDN, EFDNConfig, from_authors, merged


def test_the_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2022 efficient super-resolution, NKU-ESR: 0.276 M, 16.73 G, 111.12 M activations, 65 convolutions;
    # NTIRE 2025, baseline: 0.2762 M, 16.70 G.
    found = cost(build("efdn_x4")[0], channels=3, height=256, width=256)
    assert (round(found.parameters / 1e6, 4), round(found.activations / 1e6, 2)) == (0.2762, 111.12)
    assert found.convolutions == 65
    assert found.macs == pytest.approx(16.73e9, rel=0.003)
    assert found.macs == pytest.approx(16.70e9, rel=0.001)


def small(**changes: Any) -> EFDN:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"scale": 2, "width": 8, **changes}
    return EFDN(EFDNConfig(**settings)).eval()


def learned(network: EFDN) -> EFDN:
    """With edge branches that count for something."""
    for name, parameter in network.named_parameters():
        if name.endswith((".gain", ".bias")):
            torch.nn.init.uniform_(parameter, -1, 1)
    return network


@torch.no_grad()
def test_the_branched_form_equals_its_merged_form_border_included() -> None:
    network = learned(small(form="branched"))
    plain, image = merged(network), torch.rand(1, 3, 17, 16)
    assert plain.config.form == "merged"
    assert (plain(image) - network(image)).abs().max() < 1e-4


def test_the_branched_form_gives_every_parameter_a_gradient() -> None:
    network = learned(small(width=32, form="branched"))
    network(torch.rand(1, 3, 21, 21)).square().sum().backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in network.parameters())


@pytest.mark.parametrize(("form", "agrees"), [("grid", True), ("stretch", False)])
@torch.no_grad()
def test_a_tile_agrees_with_the_whole_in_the_grid_form_only(form: str, agrees: bool) -> None:
    network, image = small(attention=form), torch.rand(1, 3, 192, 192)
    whole = network(image)[..., 120:240, 120:240]
    tile = network(image[..., 12:168, 12:168])[..., 96:216, 96:216]
    assert ((whole - tile).abs().max().item() < 1e-6) == agrees


@pytest.mark.parametrize("change", [{"scale": 0}, {"width": 2}, {"width": 7}])
def test_configurations_that_make_no_network_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigError, match="even width"):
        EFDNConfig(**change)


FOREIGN = {
    "head": "head",
    "joins": "local_fuse",
    "upsample.convolution": "tail.0",
    "first": "conv1.conv1x1",
    "second": "conv2.rep_conv",
    "third": "conv3.rep_conv",
    "slopes.0": "conv1.act",
    "slopes.1": "conv2.act",
    "slopes.2": "conv3.act",
    "fuse": "fuse",
    "attention.reduce": "att.conv1",
    "attention.skip": "att.conv_f",
    "attention.shrink": "att.conv2",
    "attention.pooled": "att.conv_max",
    "attention.deeper.0": "att.conv3",
    "attention.deeper.1": "att.conv3_",
    "attention.expand": "att.conv4",
}


def foreign(name: str) -> str:
    """What the challenge's files call one of our tensors."""
    layer, kind = name.rsplit(".", 1)
    if layer.startswith("joins."):
        return f"local_fuse.{layer.removeprefix('joins.')}.{kind}"
    if not layer.startswith("blocks."):
        return f"{FOREIGN[layer]}.{kind}"
    _, index, part = layer.split(".", 2)
    theirs = part.replace("distil", "branch") if part.startswith("distil") else FOREIGN[part]
    return f"cells.{index}.{theirs}.{kind}"


def test_foreign_names_and_shapes_give_back_the_configuration() -> None:
    network = small(scale=3)
    config, tensors = from_authors({foreign(name): tensor for name, tensor in network.state_dict().items()})
    assert config == network.config
    assert tensors.keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["conv_1.weight", "blocks.0.first.weight", "cells.0.conv9.weight", "bias"])
def test_names_that_the_files_do_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})
