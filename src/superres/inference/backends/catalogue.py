"""Which engine opens which model. An engine is imported only when it is needed."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from superres.errors import InvalidRequestError, MissingFileError, UnknownNameError
from superres.inference.backends.backend import Backend
from superres.inference.backends.interpolation import SCALES
from superres.inference.precision import Precision
from superres.models.manifest import Entry, find, verify, without_weights
from superres.models.roster import roster

ENGINES = {
    ".onnx": ("openvino", "OpenVINOBackend"),
    ".safetensors": ("pytorch", "PyTorchBackend"),
    ".pth": ("pytorch", "PyTorchBackend"),
    ".pt": ("pytorch", "PyTorchBackend"),
    ".mat": ("pytorch", "PyTorchBackend"),
    ".npy": ("lookup_table", "LookupTableBackend"),
}
"""File endings, and the engine that opens such files."""
ANY_SCALE = "pytorch"
"""The engine that a network of any scale is asked for one; a graph or a table has the scale that it was made for."""


@lru_cache(maxsize=8)
def open_model(model: str, precision: Precision = "auto", scale: float | None = None) -> Backend:
    """Open a model.

    Args:
        model: Name of a shipped network, or of an interpolation, or a file: an ONNX graph, safetensors, an authors'
            checkpoint, or a look-up table.
        precision: Of the arithmetic.
        scale: What a network of any scale shall enlarge by; its card's where not given.

    Returns:
        The opened model; the same one for the same arguments.

    Raises:
        UnknownNameError: If no shipped network has this name.
        MissingFileError: If there is no such file.
        InvalidRequestError: If the file's ending is not known, or the model does not enlarge by the scale.
        InvalidWeightsError: If the file is damaged or carries no card, or the named network has no weights here.
    """
    file, engine, path = _engine_of(model)
    if scale is not None and file != ANY_SCALE:
        raise InvalidRequestError(f"{path.name} was to enlarge ×{scale:g}; such a file has one scale, inside its card")
    asked = () if scale is None else (scale,)
    return _class(file, engine)(path, precision, *asked)


@lru_cache(maxsize=4)
def open_between(first: str, second: str, share: float, precision: Precision = "auto") -> Backend:
    """Open the network between two shipped ones.

    Args:
        first: Name of a shipped network.
        second: The same, of the same structure, and descended from the first.
        share: Of the second, in [0, 1]; 0 is the first, 1 the second.
        precision: Of the arithmetic.

    Raises:
        UnknownNameError: If a name is not shipped.
        InvalidWeightsError: If a file is damaged, or the structures differ.
    """
    entries = find(first), find(second)
    for entry in entries:
        verify(entry)
    towards = entries[1].graph_path, share
    return _class(*ENGINES[".onnx"])(entries[0].graph_path, precision, towards=towards)


def _class(file: str, engine: str) -> Any:
    return getattr(import_module(f"superres.inference.backends.{file}"), engine)


def _engine_of(model: str) -> tuple[str, str, Path]:
    """The engine's file and class, and what it opens."""
    path = Path(model)
    if model in SCALES:
        return "interpolation", "InterpolationBackend", path
    if not path.suffix:
        entry = _named(model)
        verify(entry)
        path = entry.graph_path
    elif path.suffix.lower() not in ENGINES:
        raise InvalidRequestError(
            f"the model {model} was asked for; models are names or files ending in {', '.join(ENGINES)}"
        )
    elif not path.is_file():
        raise MissingFileError(f"the model {model} was asked for, but there is no such file")
    return *ENGINES[path.suffix.lower()], path


def _named(model: str) -> Entry:
    try:
        return find(model)
    except UnknownNameError:
        if any(variant.name == model for variant in roster()):
            raise without_weights(model) from None
        raise
