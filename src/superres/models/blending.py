"""Two networks of one kind made one: a dial between fidelity and texture.

Source: ESRGAN (arXiv:1809.00219, section 3.4), network interpolation: weights (1 - α)·θ + α·θ', of a network trained
for PSNR and of the one that adversarial training made of it; 0.8 in the authors' demonstration. It takes networks that
descend from each other: halfway between strangers lies nothing of use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from superres.errors import InvalidRequestError, InvalidWeightsError
from superres.models.card import Card
from superres.models.catalogue import architecture
from superres.models.conversion import SUFFIX, check_destination
from superres.models.weights import load_network, write_weights

SHARE = 0.8
"""Of the second network, where nothing is said."""


def blend(first: str | Path, second: str | Path, share: float) -> tuple[dict[str, Tensor], Card]:
    """The weights between two networks, and their card.

    Args:
        first: Name of a shipped network, or a weights file; such as one trained for PSNR.
        second: The same, of the same architecture and configuration; such as one trained to be taken for true.
        share: Of the second, in [0, 1]; 0 gives the first back, 1 the second.

    Returns:
        Tensors, and a card without figures, because nobody has measured this network.

    Raises:
        InvalidRequestError: If the share lies outside.
        InvalidWeightsError: If the networks are of different kinds, or a file is damaged.
        UnknownNameError: If a name is not shipped.
        MissingFileError: If there is no such file.
    """
    if not 0 <= share <= 1:
        raise InvalidRequestError(f"a share of the second network lies in [0, 1], got {share:g}")
    (one, one_card), (other, other_card) = load_network(first), load_network(second)
    check_kind(one_card, other_card)
    theirs = other.state_dict()
    tensors = {name: _between(tensor, theirs[name], share) for name, tensor in one.state_dict().items()}
    return tensors, _card(one_card, other_card, share)


def check_kind(first: Card, second: Card) -> None:
    """Refuse two networks whose weights do not mean the same.

    Raises:
        InvalidWeightsError: If architecture or configuration differ.
    """
    if first.architecture != second.architecture:
        raise InvalidWeightsError(
            f"only networks of one architecture can be blended; {first.name} is {first.architecture}, {second.name} is "
            f"{second.architecture}"
        )
    one, other = _settings(first), _settings(second)
    odd = [key for key, value in one.items() if other[key] != value]
    if odd:
        raise InvalidWeightsError(
            f"only networks of one configuration can be blended; {odd[0]} is {one[odd[0]]} in {first.name}, "
            f"{other[odd[0]]} in {second.name}"
        )


def _settings(card: Card) -> Mapping[str, Any]:
    """All of them: a card that is older than a setting leaves it out, and means its default."""
    known = architecture(card.architecture)
    return known.card(card.name, known.read_config(card.config)).config


def write_blend(
    first: str | Path, second: str | Path, destination: Path | None = None, *, share: float, overwrite: bool = False
) -> tuple[Path, Card]:
    """Write the network between two others as safetensors with a card.

    Args:
        first: See `blend`, which also says what is raised.
        second: See `blend`.
        destination: The file to write; the card's name and `.safetensors` in this folder where not given.
        share: See `blend`.
        overwrite: Whether an existing file may be replaced.

    Raises:
        ExistingFileError: If the destination exists and may not be replaced.
        InvalidRequestError: If its name does not end in `.safetensors`.
    """
    if destination is not None:
        check_destination(destination, overwrite=overwrite)
    tensors, card = blend(first, second, share)
    target = destination or Path(f"{card.name}{SUFFIX}")
    check_destination(target, overwrite=overwrite)
    write_weights(target, tensors, card)
    return target, card


def _between(one: Tensor, other: Tensor, share: float) -> Tensor:
    if share in (0, 1) or not one.is_floating_point():  # a count of batches has no half
        return one if share < 0.5 else other
    return (1 - share) * one + share * other


def _card(first: Card, second: Card, share: float) -> Card:
    return replace(
        first,
        name=f"{first.name}_blend_{round(100 * share)}",
        trained_on=tuple(dict.fromkeys((*first.trained_on, *second.trained_on))),
        recipe=_both(first.recipe, second.recipe),
        steps=max(first.steps, second.steps),
        licence=_both(first.licence, second.licence),
        figures={},
    )


def _both(first: str, second: str) -> str:
    return " and ".join(dict.fromkeys(text for text in (first, second) if text))
