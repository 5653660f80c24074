"""One exported graph that the export tests share: tracing takes seconds."""

import pytest
import torch
from onnx import ModelProto
from torch import nn

from superres.export.onnx import checked_graph
from superres.models.card import Card
from superres.models.rlfn import ARCHITECTURE, RLFN, RLFNConfig


@pytest.fixture(scope="session")
def tiny() -> tuple[nn.Module, Card]:
    """A network in evaluation mode, and its card."""
    torch.manual_seed(0)
    config = RLFNConfig(scale=2, width=8, blocks=1, attention_width=4)
    card = ARCHITECTURE.card("tiny_x2", config).with_training(
        trained_on=("t91", "bsds"), recipe="tiny.toml", steps=20, licence="Apache-2.0"
    )
    return RLFN(config).eval(), card


@pytest.fixture(scope="session")
def traced(tiny: tuple[nn.Module, Card]) -> bytes:
    """Its graph, serialised."""
    return checked_graph(*tiny).SerializeToString()


@pytest.fixture
def graph(traced: bytes) -> ModelProto:
    """A graph that the test may change."""
    return ModelProto.FromString(traced)
