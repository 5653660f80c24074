"""NEESR's network: the challenge's file and table. What every network promises: `test_every_architecture`."""

from pathlib import Path
from typing import Any

import pytest
import torch
from samples.benchmarks import planes, set5_pairs
from samples.checkpoints import under_foreign_names

from superres.errors import InvalidConfigError
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.catalogue import build
from superres.models.cost import cost
from superres.models.neesr import NEESR, NEESRConfig, from_authors
from superres.models.weights import load_network

# Mean over Set5 on Y, border = scale. The challenge publishes DIV2K only; this figure was measured here.
MEASURED = 31.855


@pytest.mark.data
@torch.no_grad()
def test_the_challenge_file_gives_the_figure_measured_on_set5(superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / "ntire2022" / "team05_efdn.pt")
    prepare = protocol("classical").prepare
    values = [
        psnr(*prepare(network(planes(low)), planes(high), scale=4)).item() for low, high in set5_pairs(superres_data, 4)
    ]
    assert card.config == build("neesr_x4")[1].config
    assert sum(values) / len(values) == pytest.approx(MEASURED, abs=0.02)


def test_the_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2022 efficient super-resolution, NEESR: 0.272 M, 16.86 G, 79.59 M activations, 59 convolutions.
    found = cost(build("neesr_x4")[0], channels=3, height=256, width=256)
    assert (round(found.parameters / 1e6, 3), round(found.activations / 1e6, 2)) == (0.272, 79.59)
    assert found.convolutions == 59
    assert found.macs == pytest.approx(16.86e9, rel=0.003)


def small(**changes: Any) -> NEESR:
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"scale": 2, "width": 6, "distilled_width": 3, "blocks": 2, "attention_width": 4}
    return NEESR(NEESRConfig(**(sizes | changes))).eval()


@pytest.mark.parametrize(("change", "sentence"), [({"blocks": 0}, "at least 1"), ({"highest": 0.0}, "white must be")])
def test_configurations_that_make_no_network_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        NEESRConfig(**change)


FOREIGN = {
    "head": "fea_conv",
    "tail": "LR_conv",
    "upsample.convolution": "upsampler.0",
    "block.distil.0": "c1_d",
    "block.distil.1": "c2_d",
    "block.distil.2": "c3_d",
    "block.refine.0": "c1_r.conv3x3",
    "block.refine.1": "c2_r.conv3x3",
    "block.refine.2": "c3_r.conv3x3",
    "block.last": "c4.conv3x3",
    "block.fuse": "c5",
    "block.attention.reduce": "esa.conv1",
    "block.attention.skip": "esa.conv_f",
    "block.attention.left": "esa.conv_2",
    "block.attention.right": "esa.conv_3",
    "block.attention.join": "esa.conv_23",
    "block.attention.expand": "esa.conv4",
}


def test_foreign_names_and_shapes_give_back_the_configuration() -> None:
    network = small(scale=3)
    config, tensors = from_authors(under_foreign_names(network.state_dict(), FOREIGN, "B"))
    assert config == network.config
    assert tensors.keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["head.weight", "B1.c9.weight", "bias"])
def test_names_that_the_file_does_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})
