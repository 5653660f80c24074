"""SRResNet."""

import pytest
import torch

from superres.errors import InvalidConfigError
from superres.models.srresnet import SRResNet, SRResNetConfig


@torch.no_grad()
def test_normalisation_uses_what_training_saw() -> None:
    torch.manual_seed(0)
    network = SRResNet(SRResNetConfig(scale=2, width=4, blocks=1))
    dark, bright = torch.rand(2, 3, 6, 6), 1 + torch.rand(2, 3, 6, 6)
    network.train()
    network(dark)
    network.eval()
    alone = network(bright[:1])
    torch.testing.assert_close(network(torch.cat([bright[:1], dark]))[:1], alone)


def test_size_below_one_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        SRResNetConfig(blocks=0)
