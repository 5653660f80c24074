"""SwinIR."""

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.layers.attention.window import WindowAttention
from superres.models.swinir import SwinIR, SwinIRConfig


@torch.no_grad()
def test_side_that_is_no_multiple_of_the_window_is_mirrored_and_cut_off() -> None:
    torch.manual_seed(0)
    network = SwinIR(SwinIRConfig(width=6, groups=1, layers=2, heads=2, window=4)).eval()
    low = torch.rand(1, 3, 7, 8)
    mirrored = torch.cat([low, low[:, :, 5:6]], dim=2)
    torch.testing.assert_close(network(low), network(mirrored)[:, :, :14])


def test_shift_alternates() -> None:
    network = SwinIR(SwinIRConfig(groups=1))
    shifts = [layer.shift for layer in network.modules() if isinstance(layer, WindowAttention)]
    assert shifts == [0, 4, 0, 4, 0, 4]


def test_two_channels_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="channels of 1 or 3"):
        SwinIRConfig(channels=2)
