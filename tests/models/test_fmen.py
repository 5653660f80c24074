"""FMEN: the challenge's file and table, the branched form. What every network promises: `test_every_architecture`."""

from pathlib import Path
from typing import Any

import pytest
import torch
from samples.benchmarks import planes, set5_pairs
from torch import nn

from superres.errors import InvalidConfigError
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.catalogue import build
from superres.models.cost import cost
from superres.models.fmen import FMEN, FMENConfig, from_authors, merged
from superres.models.weights import load_network

# Mean over Set5 on Y, border = scale. The challenge publishes DIV2K only; this figure was measured here.
MEASURED = 32.029


@pytest.mark.data
@torch.no_grad()
def test_the_challenge_file_gives_the_figure_measured_on_set5(superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / "ntire2022" / "team03_fmen.pth")
    prepare = protocol("classical").prepare
    values = [
        psnr(*prepare(network(planes(low)), planes(high), scale=4)).item() for low, high in set5_pairs(superres_data, 4)
    ]
    assert card.config == build("fmen_x4")[1].config
    assert sum(values) / len(values) == pytest.approx(MEASURED, abs=0.02)


def test_the_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2022 efficient super-resolution, NJU_Jet: 0.341 M, 22.28 G, 72.09 M activations, 34 convolutions.
    found = cost(build("fmen_x4")[0], channels=3, height=256, width=256)
    assert (round(found.parameters / 1e6, 3), round(found.macs / 1e9, 2)) == (0.341, 22.28)
    assert (round(found.activations / 1e6, 2), found.convolutions) == (72.09, 34)


def small(**changes: Any) -> FMEN:
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"scale": 2, "width": 8, "blocks": 2, "attention_width": 5, "opening_width": 4}
    settings: dict[str, Any] = {**sizes, "highest": 1.0, **changes}
    return FMEN(FMENConfig(**settings)).eval()


def learned(network: FMEN) -> FMEN:
    """With normalisation that is not the one that does nothing."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.uniform_(-1, 1)
            layer.running_var.uniform_(0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.uniform_(layer.bias, -1, 1)
    return network


@torch.no_grad()
def test_the_branched_form_equals_its_merged_form_border_included() -> None:
    network = learned(small(form="branched"))
    plain, image = merged(network), torch.rand(1, 3, 12, 11)
    assert plain.config.form == "merged"
    assert (plain(image) - network(image)).abs().max() < 1e-4


def test_the_branched_form_gives_every_parameter_a_gradient() -> None:
    network = learned(small(form="branched"))
    network(torch.rand(1, 3, 8, 8)).square().sum().backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in network.parameters())


@pytest.mark.parametrize(("change", "sentence"), [({"width": 0}, "at least 1"), ({"highest": 0.0}, "white must be")])
def test_configurations_that_make_no_network_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        FMENConfig(**change)


FOREIGN_PLACES = {
    "opening.1": "warmup.1",
    "opening.0": "warmup.0",
    "blocks": "basic_blocks",
    "attentions": "hfabs",
    "tail": "lr_conv",
    "upsample.convolution": "tail.0",
    "head": "head",
}
FOREIGN_PARTS = {
    "squeeze": "squeeze",
    "excite": "excitate",
    "blocks": "convs",
    "first": "conv1.rep_conv",
    "second": "conv2.rep_conv",
}


def foreign(name: str) -> str:
    """What the challenge's file calls one of our tensors."""
    place = next(place for place in FOREIGN_PLACES if name.startswith(f"{place}."))
    parts = name.removeprefix(f"{place}.").split(".")
    return ".".join([FOREIGN_PLACES[place], *(FOREIGN_PARTS.get(part, part) for part in parts)])


def test_foreign_names_and_shapes_give_back_the_configuration() -> None:
    network = small(scale=3, opening_depth=3, highest=255.0)
    config, tensors = from_authors({foreign(name): tensor for name, tensor in network.state_dict().items()})
    assert config == network.config
    assert tensors.keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["body.weight", "hfabs.0.gate.weight", "bias"])
def test_names_that_the_file_does_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})
