"""ncnn's texts of layers, and the numbers that belong to them."""

import struct

import numpy as np
import pytest

from superres.errors import InvalidWeightsError
from superres.models.card import Card
from superres.models.ncnn_text import assembled, card_of, layers, with_card

TEXT = """7767517
5 5
Input                    in0              0 1 in0
Convolution              head             1 1 in0 1 0=2 1=1 5=1 6=4
PReLU                    slope            1 1 1 2 0=2
ConvolutionDepthWise     tail             1 1 2 3 0=2 1=1 5=0 6=2 7=2
PixelShuffle             shuffle          1 1 3 out0 0=1 1=0
"""
CARD = Card(name="mine_x2", architecture="rlfn", config={"scale": 2}, scale=2)
TENSORS = {
    "head.weight": np.array([[1, 2], [3, 4]], np.float32).reshape(2, 2, 1, 1),
    "head.bias": np.array([5, 6], np.float32),
    "slope.weight": np.array([7, 8], np.float32),
    "tail.weight": np.array([9, 10], np.float32).reshape(2, 1, 1, 1),
}


def test_layers_with_numbers_are_found_with_their_sizes() -> None:
    found = list(layers(TEXT))
    assert [(layer.name, layer.place, layer.size) for layer in found] == [
        ("head", 3, 4 + 4 * 4 + 4 * 2),
        ("slope", 4, 4 * 2),
        ("tail", 5, 4 + 4 * 2),
    ]


def test_numbers_are_put_together_in_the_order_of_the_layers() -> None:
    """Weights of convolutions follow a mark of four zero bytes, everything else stands alone."""
    expected = b"".join(
        (
            b"\0\0\0\0" + struct.pack("<4f", 1, 2, 3, 4),
            struct.pack("<2f", 5, 6),
            struct.pack("<2f", 7, 8),
            b"\0\0\0\0" + struct.pack("<2f", 9, 10),
        )
    )
    assert assembled(TEXT, TENSORS) == expected


@pytest.mark.parametrize("change", [{"head.bias": np.zeros(3, np.float32)}, {}])
def test_missing_numbers_and_other_sizes_are_refused(change: dict[str, np.ndarray]) -> None:
    tensors = {name: tensor for name, tensor in TENSORS.items() if name != "head.bias"} | change
    with pytest.raises(InvalidWeightsError, match=r"2 numbers of head\.bias"):
        assembled(TEXT, tensors)


def test_layer_whose_numbers_are_arranged_otherwise_is_refused() -> None:
    with pytest.raises(InvalidWeightsError, match="the layer up is a Deconvolution"):
        list(layers(TEXT + "Deconvolution up 1 1 out0 4 0=3 1=3 5=1 6=54\n"))


def test_card_travels_behind_the_layers_and_disturbs_none() -> None:
    text = with_card(TEXT, CARD)
    assert card_of(text, "mine.param") == CARD
    assert list(layers(text)) == list(layers(TEXT))
    with pytest.raises(InvalidWeightsError, match=r"mine\.param carries no card"):
        card_of(TEXT, "mine.param")
