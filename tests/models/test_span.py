"""SPAN: the challenge's file and table, the branched form. What every network promises: `test_every_architecture`."""

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
from superres.models.span import SPAN, SPANConfig, from_authors, merged
from superres.models.weights import load_network

# Mean over Set5 on Y, border = scale. No figure is published for 28 channels; this one was measured here.
MEASURED = 31.739


@pytest.mark.data
@torch.no_grad()
def test_the_challenge_file_gives_the_figure_measured_on_set5(superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / "ntire2024" / "team38_span_ch28_slim.pth")
    prepare = protocol("classical").prepare
    values = [
        psnr(*prepare(network(planes(low)), planes(high), scale=4)).item() for low, high in set5_pairs(superres_data, 4)
    ]
    assert card.config == build("span_challenge_x4")[1].config
    assert sum(values) / len(values) == pytest.approx(MEASURED, abs=0.02)


def test_the_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2024 and 2026 efficient super-resolution, SPAN: 0.151 M, 9.83 G, 41.68 M activations, 22 convolutions.
    found = cost(build("span_challenge_x4")[0], channels=3, height=256, width=256)
    assert (round(found.parameters / 1e6, 3), round(found.macs / 1e9, 2)) == (0.151, 9.83)
    assert (round(found.activations / 1e6, 2), found.convolutions) == (41.68, 22)


def small(**changes: Any) -> SPAN:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"scale": 2, "width": 6, "blocks": 3, "gain": 1.0, **changes}
    return SPAN(SPANConfig(**settings)).eval()


@torch.no_grad()
def test_the_branched_form_equals_its_merged_form_border_included() -> None:
    network = small(form="branched")
    plain, image = merged(network), torch.rand(1, 3, 12, 11)
    assert plain.config.form == "merged"
    assert (plain(image) - network(image)).abs().max() < 1e-4


def test_the_branched_form_gives_every_parameter_a_gradient() -> None:
    network = small(form="branched")
    network(torch.rand(1, 3, 8, 8)).square().sum().backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in network.parameters())


@pytest.mark.parametrize(
    ("change", "sentence"), [({"blocks": 1}, "two blocks"), ({"channels": 1}, "one value for each channel")]
)
def test_configurations_that_make_no_network_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        SPANConfig(**change)


FOREIGN = {
    "head": "conv_1.eval_conv",
    "tail": "conv_2.eval_conv",
    "fuse": "conv_cat",
    "upsample.convolution": "upsampler.0",
    "block.first": "c1_r.eval_conv",
    "block.second": "c2_r.eval_conv",
    "block.third": "c3_r.eval_conv",
}


def test_foreign_names_and_shapes_give_back_the_configuration() -> None:
    network = small(scale=3, gain=255.0)
    config, tensors = from_authors(under_foreign_names(network.state_dict(), FOREIGN, "block_"))
    assert config == network.config
    assert tensors.keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["head.weight", "block_1.c9_r.weight", "bias"])
def test_names_that_the_file_does_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})
