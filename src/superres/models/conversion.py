"""Files of weights turned into our own: safetensors with a card, which every command takes."""

from __future__ import annotations

from pathlib import Path

from superres.errors import ExistingFileError, InvalidRequestError, InvalidWeightsError, MissingFileError
from superres.models.card import Card
from superres.models.weights import FOREIGN_SUFFIXES, load_network, write_weights

SUFFIX = ".safetensors"
"""Of our files; the commands take no other as weights with a card."""


def convert(
    source: Path, destination: Path | None = None, *, scale: int | None = None, overwrite: bool = False
) -> tuple[Path, Card]:
    """Write the weights of a file, once they have filled their network, as safetensors with a card.

    Args:
        source: An authors' checkpoint (`.pth`, `.pt`, `.mat`), or a file of ours.
        destination: The file to write; the card's name and `.safetensors` in this folder where not given.
        scale: For checkpoints whose tensors serve several; others must agree with it.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The file, and the card that it carries.

    Raises:
        MissingFileError: If there is no such file.
        ExistingFileError: If the destination exists and may not be replaced.
        InvalidWeightsError: If the file holds code, is damaged, fits no architecture, or leaves its scale open.
        InvalidRequestError: If the file is for another scale, or the destination's name does not end in `.safetensors`.
    """
    if not source.exists():
        raise MissingFileError(f"{source} was to be converted, but there is no such file")
    suffixes = (*FOREIGN_SUFFIXES, SUFFIX)
    if source.suffix not in suffixes:
        raise InvalidWeightsError(f"{source} cannot be converted: its name does not end in {', '.join(suffixes)}")
    if destination is not None:
        check_destination(destination, overwrite=overwrite)
    network, card = load_network(source, scale=scale)
    target = destination or Path(f"{card.name}{SUFFIX}")
    check_destination(target, overwrite=overwrite)
    write_weights(target, network.state_dict(), card)
    return target, card


def check_destination(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that weights shall not be written to.

    Raises:
        InvalidRequestError: If its name does not end in `.safetensors`.
        ExistingFileError: If it exists and may not be replaced.
    """
    if path.suffix != SUFFIX:
        raise InvalidRequestError(f"{path} was to hold the weights, but such files are called NAME{SUFFIX}")
    if path.exists() and not overwrite:
        raise ExistingFileError(f"{path} already exists; give --overwrite to replace it")
