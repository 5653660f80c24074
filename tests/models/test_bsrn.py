"""BSRN: the challenge's file and table, the paper's sizes. What every network promises: `test_every_architecture`."""

from pathlib import Path
from typing import Any

import pytest
import torch
from samples.benchmarks import planes, set5_pairs
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.bsrn import BSRN, BSRNConfig, from_authors
from superres.models.catalogue import build
from superres.models.cost import cost
from superres.models.weights import load_network

# Mean over Set5 on Y, border = scale. The challenge publishes DIV2K only; this figure was measured here.
MEASURED = 32.010


@pytest.mark.data
@torch.no_grad()
def test_the_challenge_file_gives_the_figure_measured_on_set5(superres_data: Path) -> None:
    network, card = load_network(superres_data / "weights" / "ntire2022" / "team18_bsrn.pth")
    prepare = protocol("classical").prepare
    values = [
        psnr(*prepare(network(planes(low)), planes(high), scale=4)).item() for low, high in set5_pairs(superres_data, 4)
    ]
    assert card.config == build("bsrn_challenge_x4")[1].config
    assert sum(values) / len(values) == pytest.approx(MEASURED, abs=0.02)


def test_the_challenge_network_costs_what_the_official_table_says() -> None:
    # NTIRE 2022 efficient super-resolution, XPixel: 0.156 M, 9.50 G, 65.76 M activations. There the 1×1 convolutions
    # are linear layers, whose outputs are no activations, and multiply-accumulates are 0.7 % more than ours.
    network = build("bsrn_challenge_x4")[0]
    found = cost(network, channels=3, height=256, width=256)
    assert round(found.parameters / 1e6, 3) == 0.156
    assert round((found.activations - outputs_of_thin_convolutions(network)) / 1e6, 2) == 65.76
    assert found.macs == pytest.approx(9.50e9, rel=0.01)


def outputs_of_thin_convolutions(network: nn.Module) -> int:
    """Elements that 1×1 convolutions put out for one 3×256×256 input."""
    counted: list[int] = []
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1):
            layer.register_forward_hook(lambda _layer, _inputs, output: counted.append(output.numel()))
    network.to("meta")(torch.empty(1, 3, 256, 256, device="meta"))
    return sum(counted)


@pytest.mark.parametrize(("scale", "thousands"), [(2, 332), (3, 340), (4, 352)])
def test_the_main_network_is_as_large_as_the_paper_says(scale: int, thousands: int) -> None:
    network = build(f"bsrn_x{scale}")[0]
    assert round(sum(parameter.numel() for parameter in network.parameters()) / 1000) == thousands


def small(**changes: Any) -> BSRN:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"scale": 2, "width": 8, "blocks": 2, "form": "challenge", **changes}
    return BSRN(BSRNConfig(**settings)).eval()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"blocks": 0}, "at least 1"),
        ({"width": 8}, "paper form needs an even width of at least 16"),
        ({"width": 7, "form": "challenge"}, "challenge form needs an even width of at least 4"),
    ],
)
def test_configurations_that_make_no_network_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        BSRNConfig(**change)


FOREIGN = {
    "head": "fea_conv",
    "fuse": "c1",
    "tail": "c2",
    "upsample.convolution": "upsampler.upsampleOneStep.0",
    "distil.0": "c1_d",
    "distil.1": "c2_d",
    "distil.2": "c3_d",
    "refine.0": "c1_r",
    "refine.1": "c2_r",
    "refine.2": "c3_r",
    "last": "c4",
    "block.fuse": "c5",
    "channel.mix": "conv_out",
    "channel.reduce": "cca.conv_du.0",
    "channel.expand": "cca.conv_du.2",
    "spatial.reduce": "esa.conv1",
    "spatial.skip": "esa.conv_f",
    "spatial.shrink": "esa.conv2",
    "spatial.pooled.0": "esa.conv_max",
    "spatial.pooled.2": "esa.conv3",
    "spatial.pooled.4": "esa.conv3_",
    "spatial.expand": "esa.conv4",
}
STEPS = {"pointwise": ".pw", "depthwise": ".dw"}


def foreign(name: str) -> str:
    """What the authors' files call one of our tensors."""
    layer, kind = name.rsplit(".", 1)
    step = STEPS.get(layer.rsplit(".", 1)[-1], "")
    layer = layer.removesuffix(".pointwise").removesuffix(".depthwise")
    if not layer.startswith("blocks."):
        return f"{FOREIGN[layer]}{step}.{kind}"
    _, index, part = layer.split(".", 2)
    if kind == "factors":
        return f"B{int(index) + 1}.cw"
    return f"B{int(index) + 1}.{FOREIGN['block.fuse' if part == 'fuse' else part]}{step}.{kind}"


def linear(tensor: Tensor) -> Tensor:
    """As the challenge's file has it: matrices where we have 1×1 convolutions."""
    return tensor.flatten(1) if tensor.ndim == 4 and tensor.shape[2:] == (1, 1) else tensor


@pytest.mark.parametrize("form", ["challenge", "paper"])
def test_foreign_names_and_shapes_give_back_the_configuration(form: str) -> None:
    network = small(scale=3, width=16, form=form)
    state = network.state_dict()
    config, tensors = from_authors(
        {foreign(name): linear(tensor) if form == "challenge" else tensor for name, tensor in state.items()}
    )
    assert config == network.config
    assert {name: tensor.shape for name, tensor in tensors.items()} == {name: state[name].shape for name in state}


@pytest.mark.parametrize("name", ["head.weight", "B1.c9.weight", "B1.pw", "bias"])
def test_names_that_the_file_does_not_use_are_refused(name: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        from_authors({name: torch.zeros(1)})
