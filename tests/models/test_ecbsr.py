"""ECBSR: the branched form, the printed sizes. What every network promises: `test_every_architecture`."""

from typing import Any

import pytest
import torch
from torch import nn

from superres.errors import InvalidConfigError
from superres.layers.edge_oriented import EdgeBranch
from superres.models.catalogue import build
from superres.models.ecbsr import ECBSR, ECBSRConfig, merged


def small(**changes: Any) -> ECBSR:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"width": 6, "blocks": 2, **changes}
    return ECBSR(ECBSRConfig(**settings)).eval()


def learned(network: ECBSR) -> ECBSR:
    """With edge filters and slopes that are no longer close to where they began."""
    for layer in network.modules():
        if isinstance(layer, EdgeBranch):
            nn.init.uniform_(layer.gain, -1, 1)
            nn.init.uniform_(layer.bias, -1, 1)
        if isinstance(layer, nn.PReLU):
            nn.init.uniform_(layer.weight, -0.5, 0.5)
    return network


@pytest.mark.parametrize("has_identity", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@torch.no_grad()
def test_the_branched_form_equals_its_merged_form_border_included(has_identity: bool, channels: int) -> None:
    network = learned(small(form="branched", has_identity=has_identity, channels=channels))
    plain, image = merged(network), torch.rand(2, channels, 9, 8)
    assert plain.config.form == "merged"
    assert (plain(image) - network(image)).abs().max() < 1e-4


@torch.no_grad()
def test_the_input_is_added_only_where_asked_for() -> None:
    without, with_identity = (learned(small(form="branched", has_identity=value)) for value in (False, True))
    image = torch.rand(1, 1, 8, 8)
    assert not torch.allclose(without(image), with_identity(image), atol=1e-3)


def test_the_branched_form_gives_every_parameter_a_gradient() -> None:
    network = learned(small(form="branched"))
    network(torch.rand(1, 1, 8, 8)).square().sum().backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in network.parameters())


@pytest.mark.parametrize(("scale", "channels"), [(2, 1), (3, 3), (4, 1)])
@torch.no_grad()
def test_network_that_adds_nothing_repeats_every_pixel(scale: int, channels: int) -> None:
    network = small(scale=scale, channels=channels)
    for parameter in network.convolutions[-1].parameters():
        nn.init.zeros_(parameter)
    low = torch.rand(2, channels, 5, 4)
    assert torch.equal(network(low), low.repeat_interleave(scale, dim=2).repeat_interleave(scale, dim=3))


def test_a_flat_image_has_no_edges_not_even_at_its_border() -> None:
    branch = EdgeBranch(2, 3, torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]))
    nn.init.zeros_(branch.mix.weight)
    flat = branch(torch.rand(1, 2, 6, 5))
    torch.testing.assert_close(flat, branch.bias[None, :, None, None].expand_as(flat))


# The paper's table, in thousands, and that of its ×4 networks where others print it. Each slope is in them twice.
@pytest.mark.parametrize(
    ("name", "thousands"),
    [
        ("m4c8_x2", 2.8),
        ("m4c16_x2", 10.2),
        ("m10c32_x2", 94.7),
        ("m16c64_x2", 596.0),
        ("m4c8_x4", 3.7),
        ("m4c16_x4", 11.9),
        ("m10c32_x4", 98.1),
        ("m16c64_x4", 602.9),
    ],
)
def test_with_its_slopes_twice_a_network_is_as_large_as_printed(name: str, thousands: float) -> None:
    network, _ = build(f"ecbsr_{name}")
    assert isinstance(network, ECBSR)
    twice = [*network.parameters(), *network.slopes.parameters()]
    assert round(sum(parameter.numel() for parameter in twice) / 1000, 1) == thousands


@pytest.mark.parametrize("change", [{"width": 0}, {"blocks": -1}])
def test_sizes_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigError, match="no negative depth"):
        ECBSRConfig(**change)
