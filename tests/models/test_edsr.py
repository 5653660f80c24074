"""EDSR."""

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.layers.mean_colour import DIV2K
from superres.models.edsr import EDSR, EDSRConfig, ResidualBlock

SMALL = EDSRConfig(width=4, blocks=1)


@torch.no_grad()
def test_network_whose_last_layer_is_silent_gives_the_mean_colour() -> None:
    network = EDSR(SMALL)
    for parameter in network.restore.parameters():
        parameter.zero_()
    answer = network(torch.rand(1, 3, 5, 4))
    torch.testing.assert_close(answer, torch.tensor(DIV2K).view(1, 3, 1, 1).expand(1, 3, 10, 8))


@torch.no_grad()
def test_block_scales_its_answer_before_adding_it() -> None:
    torch.manual_seed(0)
    whole, tenth = (ResidualBlock(EDSRConfig(width=4, residual_scale=scale)) for scale in (1.0, 0.1))
    tenth.load_state_dict(whole.state_dict())
    features = torch.randn(1, 4, 6, 6)
    torch.testing.assert_close(tenth(features) - features, 0.1 * (whole(features) - features), atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("scale", [1, 5, 6])
def test_scale_that_no_steps_reach_is_refused(scale: int) -> None:
    with pytest.raises(InvalidConfigError, match="×3 and the powers of 2"):
        EDSRConfig(scale=scale)


def test_two_channels_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="channels of 1 or 3"):
        EDSRConfig(channels=2)
