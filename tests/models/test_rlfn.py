"""RLFN: the published sizes and costs, and what every network must keep."""

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.models.catalogue import build
from superres.models.cost import cost, published_macs
from superres.models.rlfn import RLFN, RLFNConfig

# Parameters: float counts inside the authors' released files (github.com/bytedance/RLFN, model_zoo), and the
# paper's networks at other scales computed from the architecture.
PARAMETERS = {
    "rlfn_x2": 526_856,
    "rlfn_x3": 533_891,
    "rlfn_x4": 543_740,
    "rlfn_s_x2": 454_620,
    "rlfn_s_x3": 461_115,
    "rlfn_s_x4": 470_208,
    "rlfn_challenge_x4": 327_776,
    "rlfn_pruned_x4": 317_218,
    "rlfn_compact_x4": 327_776,
}


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_parameters_are_the_published_ones(name: str, parameters: int) -> None:
    network, _ = build(name)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters


def test_challenge_network_costs_what_the_2024_table_says() -> None:
    # github.com/Amazingren/NTIRE2024_ESR, results.json: 0.317218 M, 80.045184 M activations, 39 convolutions.
    counted = cost(build("rlfn_pruned_x4")[0], channels=3, height=256, width=256)
    assert (counted.parameters, counted.activations, counted.convolutions) == (317_218, 80_045_184, 39)
    assert round(counted.macs / 1e9, 2) == 19.66


def test_macs_at_720p_follow_from_the_layers() -> None:
    # 115.4 G and 29.8 G: layer by layer, positions times weights, at 640x360 and 320x180.
    assert round(published_macs(build("rlfn_x2")[0], channels=3, scale=2) / 1e9, 1) == 115.4
    assert round(published_macs(build("rlfn_x4")[0], channels=3, scale=4) / 1e9, 1) == 29.8


def small(scale: int = 3, **changes: object) -> RLFN:
    torch.manual_seed(0)
    return RLFN(RLFNConfig(**{"scale": scale, "width": 8, "blocks": 2, "attention_width": 4, **changes})).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(15, 15), (16, 31), (40, 22)])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_output_is_scale_times_input(size: tuple[int, int], scale: int) -> None:
    assert small(scale)(torch.rand(2, 3, *size)).shape == (2, 3, scale * size[0], scale * size[1])


def test_every_parameter_gets_a_gradient() -> None:
    network = small()
    network(torch.rand(1, 3, 32, 32)).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_a_batch_equals_its_images_one_by_one() -> None:
    network, batch = small(), torch.rand(3, 3, 24, 24)
    single = torch.cat([network(image[None]) for image in batch])
    torch.testing.assert_close(network(batch), single)


def test_range_inside_does_not_change_what_comes_out() -> None:
    """A network that only copies its input gives it back, whatever black and white become inside."""
    network = small(scale=1, lowest=0.0, highest=255.0)
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.dirac_(network.head.weight)
    torch.nn.init.dirac_(network.upsample.convolution.weight)
    image = torch.rand(1, 3, 20, 20)
    torch.testing.assert_close(network(image), image, atol=1e-6, rtol=0)


def test_a_tile_on_the_grid_agrees_with_the_whole() -> None:
    network, image = small(scale=2), torch.rand(1, 3, 192, 192)
    whole = network(image)[..., 120:240, 120:240]
    tile = network(image[..., 12:168, 12:168])[..., 96:216, 96:216]
    assert (whole - tile).abs().max() < 1 / 255 / 10


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        RLFNConfig(width=0)


def test_white_below_black_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="white must be above black"):
        RLFNConfig(lowest=1.0, highest=0.0)
