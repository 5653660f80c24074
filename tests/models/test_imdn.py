"""IMDN: the authors' weights, both forms, tiles. What every network promises: `test_every_architecture`."""

from pathlib import Path
from typing import Any

import pytest
import torch
from samples.benchmarks import planes, set5_pairs

from superres.errors import InvalidConfigError
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.catalogue import build
from superres.models.cost import cost
from superres.models.imdn import IMDN, IMDNConfig, from_authors
from superres.models.weights import load_network


@pytest.mark.data
@torch.no_grad()
def test_authors_weights_reach_the_published_figure_on_set_five(superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / "imdn" / "IMDN_x4.pth")
    prepare = protocol("classical").prepare
    values = [
        psnr(*prepare(network(planes(low)), planes(high), scale=4)).item() for low, high in set5_pairs(superres_data, 4)
    ]
    assert card.architecture == "imdn"
    assert sum(values) / len(values) == pytest.approx(32.21, abs=0.01)  # as the paper prints it, ×4


@pytest.mark.data
@torch.no_grad()
def test_weights_of_the_challenge_fit_its_variant(superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / "ntire2022" / "imdn_baseline.pth")
    _, known = build("imdn_challenge_x4")
    low, high = next(set5_pairs(superres_data, 4))
    assert (card.architecture, card.config) == ("imdn", known.config)
    # The first image of Set5; no figure is published. Bicubic reaches 31.8 dB there.
    assert psnr(*protocol("classical").prepare(network(planes(low)), planes(high), scale=4)).item() > 33.5


def test_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2022 efficient super-resolution, baseline IMDN: 0.894 M, 58.53 G, 154.14 M activations, 43 convolutions.
    network, card = build("imdn_challenge_x4")
    found = cost(network, channels=card.channels, height=256, width=256)
    assert (found.parameters, round(found.activations / 1e6, 2), found.convolutions) == (893_936, 154.14, 43)
    assert found.macs == pytest.approx(58.53e9, rel=0.003)


def small(**changes: Any) -> IMDN:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"scale": 2, "width": 16, "blocks": 2, **changes}
    return IMDN(IMDNConfig(**settings)).eval()


@torch.no_grad()
def test_simplified_form_sees_no_further_than_its_overlap() -> None:
    network, image = small(form="simplified"), torch.rand(1, 3, 60, 60)
    overlap = 11  # four 3×3 convolutions in each of two blocks, and three outside
    whole, tile = network(image), network(image[..., 10:50, 10:50])
    inner, moved = slice(2 * overlap, 2 * (40 - overlap)), slice(2 * (10 + overlap), 2 * (50 - overlap))
    torch.testing.assert_close(tile[..., inner, inner], whole[..., moved, moved])


@torch.no_grad()
def test_full_form_sees_the_whole_image() -> None:
    network, image = small(), torch.rand(1, 3, 60, 60)
    changed = image.clone()
    changed[..., 50:, 50:] = 0
    assert (network(image) - network(changed))[..., :20, :20].abs().max() > 0


@pytest.mark.parametrize(("change", "sentence"), [({"blocks": 0}, "at least 1"), ({"width": 15}, "at least 16")])
def test_sizes_that_leave_nothing_are_refused(change: dict[str, int], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        IMDNConfig(**change)  # type: ignore[arg-type]


FULL = {
    "head": "fea_conv",
    "fuse": "c.0",
    "tail": "LR_conv",
    "upsample.convolution": "upsampler.0",
    "first": "c1",
    "second": "c2",
    "third": "c3",
    "last": "c4",
    "block.fuse": "c5",
    "attention.reduce": "cca.conv_du.0",
    "attention.expand": "cca.conv_du.2",
}
SIMPLIFIED = {
    "head": "model.0",
    "tail": "model.1.sub.2",
    "upsample.convolution": "model.2",
    "first": "conv1.0",
    "second": "conv2.0",
    "third": "conv3.0",
    "last": "conv4",
    "block.fuse": "conv1x1",
}


def foreign(name: str, form: str) -> str:
    """What the authors call one of our tensors."""
    table = FULL if form == "full" else SIMPLIFIED
    layer, kind = name.rsplit(".", 1)
    if not layer.startswith("blocks."):
        return f"{table[layer]}.{kind}"
    _, index, part = layer.split(".", 2)
    block = f"module.IMDB{int(index) + 1}" if form == "full" else f"model.1.sub.{index}"
    return f"{block}.{table['block.fuse' if part == 'fuse' else part]}.{kind}"


@pytest.mark.parametrize("form", ["full", "simplified"])
def test_authors_names_and_shapes_give_back_the_configuration(form: str) -> None:
    network = small(scale=3, width=32, form=form)
    state = network.state_dict()
    config, tensors = from_authors({foreign(name, form): tensor for name, tensor in state.items()})
    assert config == network.config
    assert {name: id(tensor) for name, tensor in tensors.items()} == {name: id(state[name]) for name in state}


@pytest.mark.parametrize("name", ["head.weight", "IMDB1.c9.weight", "model.0.weight", "model.1.sub.x.weight", "fc"])
def test_names_that_the_authors_do_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})


def test_layer_that_the_simplified_form_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError):
        from_authors({"model.0.weight": torch.zeros(1), "model.1.rest.weight": torch.zeros(1)})
