"""ESPCN. What every network promises: `test_every_architecture`."""

from typing import Any

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.models.catalogue import architecture, build
from superres.models.espcn import ESPCN, ESPCNConfig


@torch.no_grad()
def test_all_work_is_done_at_low_resolution() -> None:
    """Five pixels away a change is not seen: 2 + 1 + 1 of the three kernels."""
    network, low = ESPCN(ESPCNConfig(scale=2)).eval(), torch.rand(1, 1, 15, 15)
    changed = low.clone()
    changed[..., 7, 7] += 1
    places = (network(changed) - network(low))[0, 0].abs().amax(dim=1).nonzero().flatten()
    assert (int(places.min()), int(places.max())) == ((7 - 4) * 2, (7 + 4) * 2 + 1)


@pytest.mark.parametrize(("activation", "most"), [("tanh", 1.0), ("relu", 40.0)])
@torch.no_grad()
def test_activation_is_the_configured_one(activation: Any, most: float) -> None:
    network = ESPCN(ESPCNConfig(scale=1, widths=(1,), kernel_sizes=(1,), activation=activation))
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, 0)
    network.hidden[0].weight.fill_(1)  # pyright: ignore[reportCallIssue, reportArgumentType]
    torch.nn.init.dirac_(network.upsample.convolution.weight)
    assert network(torch.full((1, 1, 3, 3), 40.0)).max().item() == pytest.approx(most)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"widths": (64,)}, "a kernel size for each width"),
        ({"widths": (), "kernel_sizes": ()}, "needs hidden convolutions"),
        ({"kernel_sizes": (4, 3)}, "odd sides"),
        ({"scale": 0}, "at least 1"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidConfigError, match=sentence):
        ESPCNConfig(**settings)


def test_one_channel_is_luma_and_three_are_rgb() -> None:
    known = architecture("espcn")
    assert build("espcn_x4")[1].colour == "luma"
    assert known.card("colour", ESPCNConfig(channels=3)).colour == "rgb"
