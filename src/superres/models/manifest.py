"""The weights that travel with the package: what they are, where they lie, and their checksums.

Nothing here needs PyTorch, and nothing goes to the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from superres.errors import InvalidRequestError, InvalidWeightsError, unknown_name
from superres.models.card import Card
from superres.models.writing import replace_file

Tier = Literal["tiny", "default", "photo", "texture", "photo-texture"]
"""What a shipped network is taken for when none is named: to be fast, to be true to the image, to clean what a camera
made, to invent detail that looks true, or to do the last two together."""

PRETRAINED = Path(__file__).parent / "pretrained"
"""Folder of the shipped weights."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One shipped network. Graph and text refer to the weights file, so that the numbers exist once."""

    card: Card
    parameters: int
    """Trained values."""
    tier: Tier | None = "default"
    """None for a network that is only taken by its name."""
    macs: int
    """Multiply-accumulates for a 1280×720 output, as the papers count."""
    weights: str
    """File name of the safetensors file."""
    weights_sha256: str
    graph: str
    """File name of the ONNX graph."""
    graph_sha256: str
    text: str
    """File name of ncnn's text of layers, which refers to the weights too."""
    text_sha256: str
    eight_bit: str = ""
    """File name of the graph that computes in 8 bit, with weights of its own; empty where there is none."""
    eight_bit_sha256: str = ""
    eight_bit_figures: Mapping[str, float] = field(default_factory=dict[str, float])
    """What that graph reaches, under the names of the card's figures."""

    @property
    def name(self) -> str:
        """The name that `--model` takes."""
        return self.card.name

    @property
    def weights_path(self) -> Path:
        """Where the weights lie."""
        return PRETRAINED / self.weights

    @property
    def text_path(self) -> Path:
        """Where ncnn's text lies."""
        return PRETRAINED / self.text

    @property
    def files(self) -> Mapping[str, str]:
        """Names and checksums of all its files."""
        return {
            self.weights: self.weights_sha256,
            self.graph: self.graph_sha256,
            self.text: self.text_sha256,
            **({self.eight_bit: self.eight_bit_sha256} if self.eight_bit else {}),
        }

    @property
    def eight_bit_path(self) -> Path:
        """Where the graph in 8 bit lies.

        Raises:
            InvalidRequestError: If there is none.
        """
        if not self.eight_bit:
            able = ", ".join(entry.name for entry in shipped() if entry.eight_bit)
            raise InvalidRequestError(f"{self.name} was to compute in int8, which it has not learned; {able} have")
        return PRETRAINED / self.eight_bit

    @property
    def graph_path(self) -> Path:
        """Where the graph lies."""
        return PRETRAINED / self.graph


_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])


@lru_cache(maxsize=1)
def shipped() -> tuple[Entry, ...]:
    """Every network that travels with the package, by name."""
    return read_manifest(PRETRAINED)


def read_manifest(folder: Path) -> tuple[Entry, ...]:
    """The entries of a folder's manifest, sorted by name; none where there is no manifest.

    Raises:
        InvalidWeightsError: If the manifest cannot be read.
    """
    manifest = folder / "manifest.json"
    try:
        return _ENTRIES.validate_json(manifest.read_bytes()) if manifest.exists() else ()
    except ValidationError as error:
        raise InvalidWeightsError(f"{manifest} is damaged; install superres again") from error


def find(name: str) -> Entry:
    """The shipped network of this name.

    Raises:
        UnknownNameError: If none is called so; the message says which are near.
    """
    for entry in shipped():
        if entry.name == name:
            return entry
    raise unknown_name("model", name, [entry.name for entry in shipped()])


def without_weights(name: str) -> InvalidWeightsError:
    """The error to raise for a network that is known, but whose weights are not here."""
    known = ", ".join(entry.name for entry in shipped())
    return InvalidWeightsError(
        f"{name} is an architecture without weights here; train it with a recipe, or give a file; "
        f"networks with weights: {known or 'none'}"
    )


def of_tier(tier: Tier) -> dict[int, Entry]:
    """The shipped network of each scale that is taken when none is named."""
    return {entry.card.scale: entry for entry in shipped() if entry.tier == tier}


def default_for(scale: int) -> Entry:
    """The shipped network that is taken for a scale when none is named.

    Raises:
        UnknownNameError: If no shipped network has this scale.
    """
    known = of_tier("default")
    if scale not in known:
        raise unknown_name("scale", str(scale), [str(each) for each in sorted(known)])
    return known[scale]


def verify(entry: Entry, folder: Path | None = None) -> None:
    """Compare all files of a shipped network with their checksums.

    Args:
        entry: Of the manifest.
        folder: Where the files lie; the package's own folder where not given.

    Raises:
        InvalidWeightsError: If a file is missing or was changed.
    """
    for name, expected in entry.files.items():
        path = (folder or PRETRAINED) / name
        if not path.exists():
            raise InvalidWeightsError(
                f"{path.name} of {entry.name} is missing from the installation; install superres again"
            )
        if sha256(path) != expected:
            raise InvalidWeightsError(
                f"{path.name} of {entry.name} is damaged: its checksum is not the manifest's; install superres again"
            )


def write_manifest(entries: tuple[Entry, ...], folder: Path = PRETRAINED) -> None:
    """Write the manifest, sorted by name; an older one is replaced."""
    ordered = tuple(sorted(entries, key=lambda entry: entry.name))
    replace_file(folder / "manifest.json", _ENTRIES.dump_json(ordered, indent=2) + b"\n")
    shipped.cache_clear()


def sha256(path: Path) -> str:
    """The SHA-256 checksum of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
