"""How `superres models` draws what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from superres.models.card import Card
    from superres.models.layer_table import Layer
    from superres.models.manifest import Entry
    from superres.models.roster import Variant

SETS = ("set5", "set14", "kodak24")
"""Whose figures are shown."""


def print_list(entries: Sequence[Entry], others: Sequence[Variant]) -> None:
    """Draw what networks there are.

    Args:
        entries: Those whose weights travel with the package.
        others: Those without weights here.
    """
    caption = "MACs for a 1280×720 result; licence of the weights that are here"
    table = Table(box=None, padding=(0, 2, 0, 0), caption=caption)
    table.add_column("model", overflow="fold")
    for heading in ("scale", "param.", "MACs"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("licence", no_wrap=True)
    table.add_column("source", overflow="fold", min_width=len("arXiv:2205.07514"))
    for entry in entries:
        table.add_row(*_row(entry.card, entry.parameters, entry.macs, entry.card.licence))
    for each in others:
        table.add_row(*_row(each, each.parameters, each.macs, "" if each.needs_weights else "needs none"))
    Console().print(table)


def _row(found: Card | Variant, parameters: int, macs: int, licence: str) -> tuple[str, ...]:
    scale = f"×{found.scale}" if found.highest_scale is None else f"to ×{found.highest_scale:g}"
    return found.name, scale, f"{parameters / 1e3:,.0f} K", f"{macs / 1e9:,.1f} G", licence, found.source


def print_figures(entries: Sequence[Entry]) -> None:
    """Draw what the shipped networks reach."""
    table = Table(caption="PSNR in dB on Y of BT.601, border of the scale, 8 bit, float32")
    for heading in ("model", "tier", "Set5", "Set14", "Kodak24"):
        table.add_column(heading, justify="left" if heading in ("model", "tier") else "right", no_wrap=True)
    for entry in entries:
        table.add_row(
            entry.name, entry.tier or "by name", *(f"{entry.card.figures[f'{each}_psnr_y']:.2f}" for each in SETS)
        )
    Console().print(table)


def print_card(card: Card) -> None:
    """Draw what a card says."""
    table = Table(box=None, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for key, value in asdict(card).items():
        if value or value is False:
            table.add_row(key.replace("_", " "), _told(value))
    Console().print(table, highlight=False)


def _told(value: object) -> str:
    """A value of a card as a person reads it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case dict():
            return ", ".join(f"{key} {_told(inner)}" for key, inner in cast("dict[str, object]", value).items())
        case list() | tuple():
            return ", ".join(_told(inner) for inner in cast("list[object]", value))
        case _:
            return str(value)


def print_layers(layers: Sequence[Layer], size: str) -> None:
    """Draw a network layer by layer.

    Args:
        layers: In their order.
        size: Width and height of the input, as in 640x360.
    """
    table = Table(box=None, caption=f"one input of {size}; output as channels × height × width", show_footer=True)
    parameters, macs = sum(each.parameters for each in layers), sum(each.macs for each in layers)
    table.add_column("layer", footer="all", overflow="fold")
    table.add_column("kind", overflow="fold")
    table.add_column("output", no_wrap=True)
    table.add_column("parameters", footer=f"{parameters:,}", justify="right", no_wrap=True)
    table.add_column("MACs [M]", footer=f"{macs / 1e6:,.1f}", justify="right", no_wrap=True)
    for each in layers:
        kind = each.kind if each.calls == 1 else f"{each.kind}, {each.calls} times"
        shape = "" if each.shape is None else "×".join(map(str, each.shape))
        table.add_row(each.name or "(itself)", kind, shape, f"{each.parameters:,}", f"{each.macs / 1e6:,.1f}")
    Console().print(table)
