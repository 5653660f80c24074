"""Residual-in-residual dense blocks."""

import pytest
import torch
from torch import nn

from superres.errors import InvalidConfigError
from superres.models.rrdb import DenseBlock, RRDBConfig

SMALL = RRDBConfig(width=4, growth=2, blocks=1)


def test_each_convolution_sees_all_before_it() -> None:
    shapes = [tuple(layer.weight.shape[:2]) for layer in DenseBlock(SMALL).modules() if isinstance(layer, nn.Conv2d)]
    assert shapes == [(2, 4), (2, 6), (2, 8), (2, 10), (4, 12)]


@torch.no_grad()
def test_a_fifth_of_a_dense_blocks_answer_is_added() -> None:
    block = DenseBlock(SMALL)
    *_, weight, bias = block.parameters()
    weight.zero_()
    bias.fill_(1.0)
    features = torch.randn(1, 4, 5, 5)
    torch.testing.assert_close(block(features), features + 0.2)


def test_size_below_one_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        RRDBConfig(growth=0)
