"""Which engine opens which model. An engine is imported only when it is needed."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from superres.errors import InvalidRequestError, MissingFileError
from superres.inference.backends.backend import Backend
from superres.inference.precision import Precision
from superres.models.manifest import find, verify

ENGINES = {
    ".onnx": ("openvino", "OpenVINOBackend"),
    ".safetensors": ("pytorch", "PyTorchBackend"),
    ".pth": ("pytorch", "PyTorchBackend"),
    ".pt": ("pytorch", "PyTorchBackend"),
    ".mat": ("pytorch", "PyTorchBackend"),
    ".npy": ("lookup_table", "LookupTableBackend"),
}
"""File endings, and the engine that opens such files."""


@lru_cache(maxsize=8)
def open_model(model: str, precision: Precision = "auto") -> Backend:
    """Open a model.

    Args:
        model: Name of a shipped network, or a file: an ONNX graph, safetensors, an authors' checkpoint,
            or a look-up table.
        precision: Of the arithmetic.

    Returns:
        The opened model; the same one for the same arguments.

    Raises:
        UnknownNameError: If no shipped network has this name.
        MissingFileError: If there is no such file.
        InvalidRequestError: If the file's ending is not known.
        InvalidWeightsError: If the file is damaged or carries no card.
    """
    path = Path(model)
    if not path.suffix:
        entry = find(model)
        verify(entry)
        path = entry.graph_path
    elif path.suffix.lower() not in ENGINES:
        raise InvalidRequestError(
            f"the model {model} was asked for; models are names or files ending in {', '.join(ENGINES)}"
        )
    elif not path.is_file():
        raise MissingFileError(f"the model {model} was asked for, but there is no such file")
    file, engine = ENGINES[path.suffix.lower()]
    return getattr(import_module(f"superres.inference.backends.{file}"), engine)(path, precision)
