"""How ncnn writes a network: a text of layers (`.param`), and their numbers one after another (`.bin`).

Our texts carry the network's card in a line behind the last layer, where ncnn no longer reads. Layers that hold numbers
bear the names of the tensors that they come from: `blocks.0.refine.0` holds `blocks.0.refine.0.weight` and `.bias`. So
the numbers can be put together from the safetensors file beside the text, and exist once.

Source: github.com/Tencent/ncnn, docs/developer-guide/param-and-model-file-structure.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidWeightsError
from superres.models.card import CARD_KEY, Card, card_in

_CARD = f"# {CARD_KEY} "
_RAW = b"\0\0\0\0"
"""What precedes weights that are plain float32."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """One array of a layer."""

    kind: str
    """`weight` or `bias`, as PyTorch calls it."""
    count: int
    is_marked: bool
    """Whether four bytes before it tell its type."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that holds numbers."""

    name: str
    place: int
    """Of its line in the text."""
    arrays: tuple[Numbers, ...]

    @property
    def size(self) -> int:
        """Bytes of its numbers in a `.bin` file."""
        return sum(4 * each.count + 4 * each.is_marked for each in self.arrays)


def layers(text: str) -> Iterator[Layer]:
    """The layers that hold numbers, in their order.

    Raises:
        InvalidWeightsError: If a layer is of a kind whose numbers are not known here.
    """
    for place, line in enumerate(text.splitlines()[2:], start=2):
        kind, name, *rest = line.split(maxsplit=2)
        settings = dict(part.split("=", maxsplit=1) for part in rest[0].split() if "=" in part) if rest else {}
        match kind:
            case "#":
                return
            case "Convolution" | "ConvolutionDepthWise":
                weight = Numbers("weight", int(settings["6"]), is_marked=True)
                bias = (Numbers("bias", int(settings["0"]), is_marked=False),) if settings.get("5") == "1" else ()
                yield Layer(name, place, (weight, *bias))
            case "PReLU":
                yield Layer(name, place, (Numbers("weight", int(settings["0"]), is_marked=False),))
            case _ if kind in _WITH_NUMBERS:
                raise InvalidWeightsError(f"the layer {name} is a {kind}, whose numbers cannot be taken from a file")
            case _:
                continue


_WITH_NUMBERS = frozenset(
    {
        "BatchNorm",
        "Bias",
        "Convolution1D",
        "Deconvolution",
        "DeconvolutionDepthWise",
        "Embed",
        "Gemm",
        "GroupNorm",
        "InnerProduct",
        "InstanceNorm",
        "LayerNorm",
        "MemoryData",
        "MultiHeadAttention",
        "Normalize",
        "Scale",
    }
)


def assembled(text: str, tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    """What a `.bin` file of a text holds.

    Args:
        text: Its layers bear the tensors' names.
        tensors: By their names.

    Raises:
        InvalidWeightsError: If a tensor is missing or of another size.
    """
    parts: list[bytes] = []
    for layer in layers(text):
        for each in layer.arrays:
            name = f"{layer.name}.{each.kind}"
            if name not in tensors or tensors[name].size != each.count:
                raise InvalidWeightsError(
                    f"the text of ncnn needs {each.count} numbers of {name}, and they are not there"
                )
            numbers = np.ascontiguousarray(tensors[name], dtype="<f4").tobytes()
            parts.append(_RAW + numbers if each.is_marked else numbers)
    return b"".join(parts)


def with_card(text: str, card: Card) -> str:
    """A text that carries a card."""
    return f"{text.rstrip()}\n{_CARD}{card.to_json()}\n"


def card_of(text: str, file_name: str) -> Card:
    """The card that a text carries.

    Raises:
        InvalidWeightsError: If there is none, or it cannot be read.
    """
    found = [line.removeprefix(_CARD) for line in text.splitlines() if line.startswith(_CARD)]
    return card_in({CARD_KEY: found[0]} if found else {}, file_name)
