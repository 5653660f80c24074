"""DWSR: residual subbands. What every network promises: `test_every_architecture`."""

from typing import Any

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.image.resize import resize
from superres.layers.wavelet import haar
from superres.models.dwsr import DWSR, DWSRConfig


def small(**changes: Any) -> DWSR:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"width": 6, "depth": 2, **changes}
    return DWSR(DWSRConfig(**settings)).eval()


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_network_that_adds_nothing_gives_bicubic_interpolation(scale: int) -> None:
    network = small(scale=scale)
    for parameter in network.tail.parameters():
        torch.nn.init.zeros_(parameter)
    low = torch.rand(2, 1, 9, 8)
    torch.testing.assert_close(network(low), resize(low, scale=scale), atol=1e-5, rtol=0)


@torch.no_grad()
def test_last_convolution_adds_to_the_subbands() -> None:
    network, low = small(), torch.rand(1, 1, 6, 5)
    torch.nn.init.zeros_(network.tail.weight)
    network.tail.bias.copy_(torch.tensor([0.5, -0.25, 0.125, 1.0]))  # pyright: ignore[reportOptionalMemberAccess]
    added = haar(network(low)) - haar(resize(low, scale=2))
    torch.testing.assert_close(added[0, :, 2, 2], torch.tensor([0.5, -0.25, 0.125, 1.0]), atol=1e-5, rtol=0)


@pytest.mark.parametrize("settings", [{"depth": 0}, {"width": 0}])
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        DWSRConfig(**settings)
