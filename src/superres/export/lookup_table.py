"""Export to a look-up table: SR-LUT's networks see so few pixels that a table holds all their answers."""

from __future__ import annotations

from pathlib import Path

from superres.errors import ExistingFileError, InvalidRequestError
from superres.models.card import Card
from superres.models.srlut import SRLUT, transfer, write_table
from superres.models.weights import load_network

INTERVAL = 16
"""The paper's step between a table's values, in steps of 8 bit."""


def export_table(model: str | Path, destination: Path, *, interval: int = INTERVAL, overwrite: bool = False) -> Card:
    """Write a network as the table of its answers, which enlarges without it.

    Args:
        model: A weights file of SR-LUT.
        destination: The file to write, `.npy`.
        interval: Between a table's values, a power of 2; halving it makes a table of two by two pixels almost sixteen
            times as large.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The network's card; a table's file has none, its shape tells all.

    Raises:
        ExistingFileError: If the destination exists and may not be replaced.
        InvalidRequestError: If the network sees too much for a table.
        InvalidWeightsError: If the weights are damaged, or 256 is no multiple of the interval.
    """
    if destination.exists() and not overwrite:
        raise ExistingFileError(f"{destination} already exists; give --overwrite to replace it")
    network, card = load_network(model)
    if not isinstance(network, SRLUT):
        raise InvalidRequestError(
            f"{card.name} was to become a look-up table, but it is a network of {card.architecture}; "
            "only those of srlut see few enough pixels"
        )
    write_table(destination, transfer(network, interval))
    return card
