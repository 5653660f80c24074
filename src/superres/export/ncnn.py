"""Export to ncnn, for telephones and for processors without bfloat16: a text of layers and a file of numbers.

PyTorch's trace becomes ncnn's layers by pnnx, from ncnn's authors; both are in the extra `superres[ncnn]`. Traced at
two sizes, the text takes any. It is run by ncnn and compared with PyTorch before anything is written.
"""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pnnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError
from superres.export.parity import check_answers
from superres.inference.backends.ncnn import NcnnNetwork
from superres.models.card import Card
from superres.models.ncnn_text import Layer, assembled, layers, with_card
from superres.models.weights import load_network
from superres.models.writing import replace_file

_SECONDS = 300
"""That a conversion takes at most."""


def export_ncnn(model: str | Path, destination: Path, *, overwrite: bool = False) -> Card:
    """Write a network as `NAME.param` and `NAME.bin`.

    Args:
        model: Name of a shipped network, or a weights file.
        destination: The text, `.param`; the numbers lie beside it.
        overwrite: Whether existing files may be replaced.

    Returns:
        The card that the text carries.

    Raises:
        ExistingFileError: If a file exists and may not be replaced.
        InvalidRequestError: If the network cannot be converted.
        InvalidWeightsError: If the weights are damaged, or ncnn does not answer as PyTorch does.
    """
    numbers = destination.with_suffix(".bin")
    for path in (destination, numbers):
        if path.exists() and not overwrite:
            raise ExistingFileError(f"{path} already exists; give --overwrite to replace it")
    network, card = load_network(model)
    text, content = converted(network, card)
    check_answers(network, NcnnNetwork(text, content), card, "text of ncnn")
    replace_file(numbers, content)
    replace_file(destination, with_card(text, card).encode())
    return card


def checked_text(network: nn.Module, card: Card) -> str:
    """A network's text with its card, whose layers bear the names of the network's tensors.

    Raises:
        InvalidRequestError: If the network cannot be converted.
        InvalidWeightsError: If a layer's numbers are none of the network's tensors, or ncnn does not answer as PyTorch.
    """
    text, content = converted(network, card)
    tensors = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    named = _named(text, content, tensors)
    check_answers(network, NcnnNetwork(named, assembled(named, tensors)), card, "text of ncnn")
    return with_card(named, card)


def converted(network: nn.Module, card: Card) -> tuple[str, bytes]:
    """A network as ncnn's text and numbers, float32.

    Raises:
        InvalidRequestError: If pnnx refuses it, or something in it is no layer of ncnn.
    """
    sides = [(card.minimum_size + more, card.minimum_size + 2 * more) for more in (49, 70)]
    examples = [torch.rand(1, card.channels, *side) for side in sides]
    with TemporaryDirectory() as scratch:
        trace = Path(scratch) / "network.pt"
        _save_trace(network, examples[0], trace)
        shapes = [f"[{','.join(map(str, example.shape))}]" for example in examples]
        command = [pnnx.EXEC_PATH, trace.name, f"inputshape={shapes[0]}", f"inputshape2={shapes[1]}", "fp16=0"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
        made = Path(scratch) / "network.ncnn.param", Path(scratch) / "network.ncnn.bin"
        if done.returncode or not all(path.is_file() for path in made):
            raise InvalidRequestError(f"{card.name} cannot become a text of ncnn: pnnx does not convert it")
        text, numbers = made[0].read_text("utf-8"), made[1].read_bytes()
    unknown = unconverted(text)
    if unknown:
        raise InvalidRequestError(
            f"{card.name} cannot become a text of ncnn, which has no layer {' or '.join(unknown)}"
        )
    return text, numbers


def _save_trace(network: nn.Module, example: Tensor, path: Path) -> None:
    """Write what pnnx reads best; PyTorch calls it deprecated, and warns of sizes that the second example settles."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced: Any = torch.jit.trace(network.eval(), example, check_trace=False)
        traced.save(str(path))


def unconverted(text: str) -> list[str]:
    """What pnnx left as PyTorch calls it, such as `F.grid_sample`: ncnn's own layers have no dots in their names."""
    kinds = (line.split(maxsplit=1)[0] for line in text.splitlines()[2:])
    return sorted({kind for kind in kinds if "." in kind or ":" in kind})


def _named(text: str, content: bytes, tensors: Mapping[str, NDArray[np.float32]]) -> str:
    """The same text with its layers named after the tensors whose numbers they hold."""
    lines, offset = text.splitlines(), 0
    for layer in layers(text):
        start = offset + 4 * layer.arrays[0].is_marked
        numbers = content[start : start + 4 * layer.arrays[0].count]
        lines[layer.place] = lines[layer.place].replace(layer.name, _tensor_of(layer, numbers, tensors), 1)
        offset += layer.size
    return "\n".join(lines) + "\n"


def _tensor_of(layer: Layer, numbers: bytes, tensors: Mapping[str, NDArray[np.float32]]) -> str:
    for name, tensor in tensors.items():
        if tensor.size == layer.arrays[0].count and tensor.tobytes() == numbers:
            return name.rpartition(".")[0]
    raise InvalidWeightsError(f"the numbers of ncnn's layer {layer.name} are none of the network's tensors")
