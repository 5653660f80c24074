"""RFDN: the authors' weights, ranges, tiles. What every network promises: `test_every_architecture`."""

from pathlib import Path
from typing import Any

import pytest
import torch
from samples.benchmarks import planes, set5_pairs
from samples.checkpoints import under_foreign_names
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.catalogue import build
from superres.models.cost import cost
from superres.models.rfdn import RFDN, RFDNConfig, from_authors
from superres.models.weights import load_network


@pytest.mark.data
@pytest.mark.parametrize("file", ["rfdn/RFDN_AIM.pth", "ntire2022/rfdn_baseline.pth"])
@torch.no_grad()
def test_authors_weights_fit_the_challenge_network_and_restore(file: str, superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / file)
    _, known = build("rfdn_challenge_x4")
    low, high = next(set5_pairs(superres_data, 4))
    assert (card.architecture, card.config) == ("rfdn", known.config)
    # The first image of Set5; no figure is published. Bicubic reaches 31.8 dB there.
    assert psnr(*protocol("classical").prepare(network(planes(low)), planes(high), scale=4)).item() > 33.5


def test_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2022 efficient super-resolution, baseline RFDN: 0.433 M, 27.10 G, 112.03 M activations, 64 convolutions.
    network, card = build("rfdn_challenge_x4")
    found = cost(network, channels=card.channels, height=256, width=256)
    assert (found.parameters, round(found.activations / 1e6, 2), found.convolutions) == (433_448, 112.03, 64)
    assert found.macs == pytest.approx(27.10e9, rel=0.003)


def small(**changes: Any) -> RFDN:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"scale": 2, "width": 8, "blocks": 2, **changes}
    return RFDN(RFDNConfig(**settings)).eval()


@pytest.mark.parametrize(("form", "agrees"), [("grid", True), ("stretch", False)])
@torch.no_grad()
def test_a_tile_agrees_with_the_whole_in_the_grid_form_only(form: str, agrees: bool) -> None:
    network, image = small(attention=form, lowest=-1.0, highest=1.0), torch.rand(1, 3, 192, 192)
    for name, parameter in network.named_parameters():
        parameter.mul_(3 if "attention" in name else 1)  # untrained masks hardly differ from place to place
    whole = network(image)[..., 120:240, 120:240]
    tile = network(image[..., 12:168, 12:168])[..., 96:216, 96:216]
    assert ((whole - tile).abs().max().item() < 1e-6) == agrees


@torch.no_grad()
def test_attention_mixes_its_pooled_map_with_three_convolutions() -> None:
    layer = small().get_submodule("blocks.0.attention").double()
    state, features = layer.state_dict(), torch.rand(1, 8, 33, 27, dtype=torch.float64)

    def convolved(image: torch.Tensor, name: str, **options: int) -> torch.Tensor:
        return functional.conv2d(image, state[f"{name}.weight"], state[f"{name}.bias"], **options)

    reduced = convolved(features, "reduce")
    pooled = functional.max_pool2d(convolved(reduced, "shrink", stride=2), kernel_size=7, stride=3)
    mixed = convolved(convolved(pooled, "pooled", padding=1).relu(), "deeper.0", padding=1).relu()
    mask = functional.interpolate(convolved(mixed, "deeper.1", padding=1), size=(33, 27), mode="bilinear")
    expected = features * convolved(mask + convolved(reduced, "skip"), "expand").sigmoid()
    torch.testing.assert_close(layer(features), expected)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"blocks": 0}, "at least 1"), ({"width": 3}, "at least 4"), ({"lowest": 1.0, "highest": 0.0}, "white must be")],
)
def test_configurations_that_make_no_network_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        RFDNConfig(**change)


FOREIGN = {
    "head": "fea_conv",
    "fuse": "c.0",
    "tail": "LR_conv",
    "upsample.convolution": "upsampler.0",
    "block.distill.0": "c1_d",
    "block.distill.1": "c2_d",
    "block.distill.2": "c3_d",
    "block.refine.0": "c1_r",
    "block.refine.1": "c2_r",
    "block.refine.2": "c3_r",
    "block.last": "c4",
    "block.fuse": "c5",
    "block.attention.reduce": "esa.conv1",
    "block.attention.skip": "esa.conv_f",
    "block.attention.shrink": "esa.conv2",
    "block.attention.pooled": "esa.conv_max",
    "block.attention.deeper.0": "esa.conv3",
    "block.attention.deeper.1": "esa.conv3_",
    "block.attention.expand": "esa.conv4",
}


def test_authors_names_and_shapes_give_back_the_configuration() -> None:
    network = small(scale=3, width=12, blocks=3)
    state = network.state_dict()
    config, tensors = from_authors(under_foreign_names(state, FOREIGN, "B"))
    assert config == network.config
    assert {name: id(tensor) for name, tensor in tensors.items()} == {name: id(state[name]) for name in state}


@pytest.mark.parametrize("name", ["head.weight", "B1.c9.weight", "fc.bias"])
def test_names_that_the_authors_do_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})
