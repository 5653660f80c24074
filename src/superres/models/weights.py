"""Weights files: read and written safely, with their card inside.

We write safetensors only. The authors' own checkpoints are read through PyTorch's `weights_only`
unpickler, which runs no code, or from MATLAB files, and renamed by each architecture's explicit table.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from superres.errors import InvalidRequestError, InvalidWeightsError, MissingFileError
from superres.models.architecture import Architecture, StateDict
from superres.models.card import CARD_KEY, Card, card_in
from superres.models.catalogue import ARCHITECTURES, architecture, build, build_from_card, variants
from superres.models.manifest import find, shipped, without_weights
from superres.models.matlab import read_matlab
from superres.models.writing import replace_file

FOREIGN_SUFFIXES = (".pth", ".pt", ".mat")
SOME_SCALE = 2
"""Stands for the missing one while a file is tried."""
_WRAPPERS = ("params_ema", "params", "state_dict")


def load_network(source: str | Path, *, scale: int | None = None) -> tuple[nn.Module, Card]:
    """A network with its weights, in evaluation mode, and its card.

    Args:
        source: Name of a shipped network, or of a variant that needs no weights, or a file: safetensors with a card, or
            an authors' checkpoint.
        scale: For a checkpoint whose tensors serve several; other files must agree with it.

    Raises:
        UnknownNameError: If the name is not shipped and no such file exists.
        InvalidRequestError: If the file is for another scale.
        InvalidWeightsError: If the file is damaged, or fits no architecture.
    """
    if _is_complete(str(source)):
        network, card = build(str(source))
    else:
        network, card = _filled(_path_of(source), scale)
    if scale not in (None, card.scale):
        raise InvalidRequestError(f"{Path(source).name} was to enlarge ×{scale}, but it is for ×{card.scale}")
    return network.eval(), card


def _is_complete(name: str) -> bool:
    """Whether this names a variant in which nothing is learned."""
    if Path(name).suffix or any(entry.name == name for entry in shipped()):
        return False
    found = variants().get(name)
    return found is not None and not found.needs_weights


def _filled(path: Path, scale: int | None) -> tuple[nn.Module, Card]:
    if path.suffix == ".npy":
        raise InvalidWeightsError(
            f"{path.name} is a look-up table: it enlarges without a network, and no network, layers or graph can be "
            "made of it; `superres upscale --model` takes it as it is"
        )
    if path.suffix in FOREIGN_SUFFIXES:
        tensors, card = read_foreign(path, scale=scale)
    else:
        tensors, card = read_weights(path)
    network = build_from_card(card)
    fill(network, tensors, path.name)
    return network, card


def _path_of(source: str | Path) -> Path:
    known = {entry.name: entry.weights_path for entry in shipped()}
    if str(source) in known:
        return known[str(source)]
    path = Path(source)
    if path.suffix:
        if not path.exists():
            raise MissingFileError(f"{path} was to be read as weights, but there is no such file")
        return path
    if str(source) in variants():
        raise without_weights(str(source))
    return find(str(source)).weights_path


def fill(network: nn.Module, tensors: StateDict, file_name: str) -> None:
    """Copy tensors into a network; every name and shape must fit.

    Raises:
        InvalidWeightsError: If a tensor is missing, left over, or of another shape.
    """
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if wanted != found:
        odd = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise InvalidWeightsError(
            f"{file_name} does not fit this network: {len(odd)} tensors differ, the first is {odd[0]} "
            f"(network {wanted.get(odd[0], 'without it')}, file {found.get(odd[0], 'without it')})"
        )
    network.load_state_dict(dict(tensors))


def read_weights(path: Path) -> tuple[dict[str, Tensor], Card]:
    """Tensors and card of a safetensors file.

    Raises:
        MissingFileError: If there is no such file.
        InvalidWeightsError: If it is damaged or carries no card.
    """
    if not path.exists():
        raise MissingFileError(f"{path} was to be read as weights, but there is no such file")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = cast("Mapping[str, str]", file.metadata() or {})
            tensors = {name: cast("Tensor", file.get_tensor(name)) for name in cast("list[str]", file.keys())}
    except (SafetensorError, OSError) as error:
        raise InvalidWeightsError(f"{path} is no readable safetensors file: {error}") from error
    return tensors, card_in(metadata, path.name)


def write_weights(path: Path, tensors: StateDict, card: Card) -> None:
    """Write a safetensors file with its card; an existing file is replaced in one step."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    replace_file(path, save(plain, metadata={CARD_KEY: card.to_json()}))


def read_foreign(path: Path, *, scale: int | None = None) -> tuple[dict[str, Tensor], Card]:
    """Tensors under our names, and the card, of an authors' checkpoint.

    Args:
        path: The file.
        scale: For files whose tensors serve several; read from the name, such as `_x3`, where not given. Files whose
            shapes tell their scale do not heed it.

    Raises:
        InvalidWeightsError: If the file holds code, is damaged, or fits no architecture of the catalogue.
        InvalidRequestError: If the file's name says another scale.
    """
    tensors = read_matlab(path) if path.suffix == ".mat" else _unpickle(path)
    said = _scale_in_name(path)
    for name in ARCHITECTURES:
        known = architecture(name)
        found = _understood(known, tensors, scale or said or SOME_SCALE)
        if found is None:
            continue
        config, ours = found
        if known.from_foreign_at is None:
            return ours, known.card(path.stem, config)
        _check_scale(path, asked=scale, said=said)
        return ours, known.card(path.stem if said else f"{path.stem}_x{scale}", config)
    first = next(iter(tensors), "nothing")
    at = "" if scale is None else f" at ×{scale}"
    raise InvalidWeightsError(
        f"{path.name} fits none of the architectures known here{at} ({', '.join(ARCHITECTURES)}); "
        f"its first tensor is {first!r}"
    )


def _understood(known: Architecture, tensors: StateDict, scale: int) -> tuple[Any, dict[str, Tensor]] | None:
    """The configuration and our tensors, if the file is of this architecture."""
    try:
        if known.from_foreign is not None:
            return known.from_foreign(tensors)
        if known.from_foreign_at is not None:
            return known.from_foreign_at(tensors, scale)
    except (LookupError, ValueError, ArithmeticError):
        pass
    return None


def _check_scale(path: Path, *, asked: int | None, said: int | None) -> None:
    if asked is None and said is None:
        raise InvalidWeightsError(
            f"{path.name} does not say for which scale it is, since its tensors serve several; "
            f"copy or link it under a name that does, such as {path.stem}_x2{path.suffix}, "
            f"or let `superres convert --scale` make a file of ours for one scale"
        )
    if asked is not None and said is not None and asked != said:
        raise InvalidRequestError(f"{path.name} was to enlarge ×{asked}, but its name says ×{said}")


def _scale_in_name(path: Path) -> int | None:
    found = re.search(r"_x([2-9])$", path.stem)
    return None if found is None else int(found[1])


def _unpickle(path: Path) -> dict[str, Tensor]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch asks for reports on pickles newer than its own
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a file that is no checkpoint meets the unpickler with any error there is
        raise InvalidWeightsError(
            f"{path.name} was refused: it is damaged or holds more than tensors (code in weights is never run)"
        ) from error
    for wrapper in _WRAPPERS:
        if isinstance(content, dict) and wrapper in content:
            content = content[wrapper]
    if not isinstance(content, dict):
        raise InvalidWeightsError(f"{path.name} holds a {type(content).__name__}, not a dictionary of tensors")
    entries = cast("dict[str, object]", content)
    return {name: value for name, value in entries.items() if isinstance(value, Tensor)}
