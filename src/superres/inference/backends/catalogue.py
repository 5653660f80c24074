"""Which engine opens which model. An engine is imported only when it is needed."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from superres.errors import InvalidRequestError, MissingFileError, UnknownNameError
from superres.inference.backends.backend import Backend
from superres.inference.backends.engines import KNOWN, Engine, EngineEntry, engines_for, installed_engine
from superres.inference.backends.interpolation import SCALES
from superres.inference.precision import Precision
from superres.models.manifest import Entry, find, verify, without_weights
from superres.models.roster import roster

_TABLE = ".npy"
"""What NumPy opens, whatever the engine."""
_ANY_SCALE = "pytorch"
"""The engine that a network of any scale is asked for one; a graph or a table has the scale that it was made for."""


_PARALLEL = "openvino"
"""The engine that answers several callers at a time."""


@lru_cache(maxsize=32)
def open_model(
    model: str,
    precision: Precision = "auto",
    scale: float | None = None,
    engine: Engine = "auto",
    together: int = 1,
) -> Backend:
    """Open a model.

    Args:
        model: Name of a shipped network, or of an interpolation, or a file: an ONNX graph, safetensors, an authors'
            checkpoint, or a look-up table.
        precision: Of the arithmetic.
        scale: What a network of any scale shall enlarge by; its card's where not given.
        engine: Which one; `auto` takes the first that opens such a model.
        together: Callers that it shall answer at a time; OpenVINO alone does, others let them wait.

    Returns:
        The opened model; the same one for the same arguments.

    Raises:
        UnknownNameError: If no shipped network has this name.
        MissingFileError: If there is no such file.
        InvalidRequestError: If the file's ending is not known, the engine does not open it, or the model does not
            enlarge by the scale.
        InvalidWeightsError: If the file is damaged or carries no card, or the named network has no weights here.
        MissingPackageError: If the engine is not installed.
    """
    module, backend, path = _opener(model, engine, precision)
    if scale is not None and module != _ANY_SCALE:
        raise InvalidRequestError(f"{path.name} was to enlarge ×{scale:g}; such a file has one scale, inside its card")
    options: dict[str, Any] = {} if scale is None else {"scale": scale}
    if module == _PARALLEL:
        options["together"] = together
    return _class(module, backend)(path, precision, **options)


@lru_cache(maxsize=4)
def open_between(first: str, second: str, share: float, precision: Precision = "auto", together: int = 1) -> Backend:
    """Open the network between two shipped ones.

    Args:
        first: Name of a shipped network.
        second: The same, of the same structure, and descended from the first.
        share: Of the second, in [0, 1]; 0 is the first, 1 the second.
        precision: Of the arithmetic.
        together: See `open_model`.

    Raises:
        UnknownNameError: If a name is not shipped.
        InvalidWeightsError: If a file is damaged, or the structures differ.
    """
    entries = find(first), find(second)
    for entry in entries:
        verify(entry)
    towards = entries[1].graph_path, share
    opener = installed_engine("openvino")
    return _class(opener.module, opener.backend)(entries[0].graph_path, precision, towards=towards, together=together)


def engines_of(model: str) -> list[EngineEntry]:
    """The engines that can open a model, installed or not; none for what NumPy computes.

    Args:
        model: As `open_model` takes it.
    """
    if model in SCALES:
        return []
    ending = Path(model).suffix.lower()
    return engines_for(ending) if ending else list(KNOWN)


def _class(module: str, backend: str) -> Any:
    return getattr(import_module(f"superres.inference.backends.{module}"), backend)


def _opener(model: str, asked: Engine, precision: Precision) -> tuple[str, str, Path]:
    """Module and class of the engine, and what it opens."""
    path = Path(model)
    ending = path.suffix.lower()
    if model in SCALES:
        return _numpy("interpolation", "InterpolationBackend", path, asked)
    if not ending:
        entry = _named(model)
        verify(entry)
        taken = installed_engine("openvino" if asked == "auto" else asked)
        return taken.module, taken.backend, _file_of(entry, taken, precision)
    able = engines_for(ending)
    if not able and ending != _TABLE:
        endings = [each for known in KNOWN for each in known.opens]
        raise InvalidRequestError(
            f"the model {model} was asked for; models are names or files ending in "
            f"{', '.join(dict.fromkeys([*endings, _TABLE]))}"
        )
    if not path.is_file():
        raise MissingFileError(f"the model {model} was asked for, but there is no such file")
    if ending == _TABLE:
        return _numpy("lookup_table", "LookupTableBackend", path, asked)
    taken = installed_engine(able[0].name if asked == "auto" else asked)
    if taken not in able:
        raise InvalidRequestError(
            f"the engine {taken.name} was asked for, but {path.name} is opened by "
            f"{' or '.join(known.name for known in able)}; {taken.name} opens files ending in {', '.join(taken.opens)}"
        )
    return taken.module, taken.backend, path


def _numpy(module: str, backend: str, path: Path, asked: Engine) -> tuple[str, str, Path]:
    if asked != "auto":
        raise InvalidRequestError(
            f"the engine {asked} was asked for, but {path.name} is computed by NumPy; leave the engine out"
        )
    return module, backend, path


def _file_of(entry: Entry, taken: EngineEntry, precision: Precision) -> Path:
    """The file of a shipped network that an engine opens."""
    if precision == "int8" and ".onnx" in taken.opens:
        return entry.eight_bit_path
    paths = {".onnx": entry.graph_path, ".param": entry.text_path, ".safetensors": entry.weights_path}
    return paths[taken.opens[0]]


def _named(model: str) -> Entry:
    try:
        return find(model)
    except UnknownNameError:
        if any(variant.name == model for variant in roster()):
            raise without_weights(model) from None
        raise
