"""`superres models`: the networks that are at hand, and what is inside one."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superres.apps.cli.console import complain, print_json

if TYPE_CHECKING:
    from superres.models.card import Card
    from superres.models.layer_table import Layer
    from superres.models.manifest import Entry
    from superres.models.roster import Variant

RESULT = (1280, 720)
"""Width and height of the result that costs are for, as the papers print them."""


def models(
    name: Annotated[
        str | None, typer.Argument(help="One of them, or a file of weights: its card and its layers are shown.")
    ] = None,
    *,
    scale: Annotated[int | None, typer.Option("--scale", "-s", help="List those of this scale.")] = None,
    only_shipped: Annotated[
        bool, typer.Option("--shipped", help="List those whose weights travel with the package.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the networks: those that travel with the package, and all that can be trained or given weights."""
    if name is not None:
        _show(name, as_json=as_json)
        return
    from superres.models.manifest import shipped

    entries = [entry for entry in shipped() if scale in (None, entry.card.scale)]
    others = [] if only_shipped else _others(scale)
    if as_json:
        print_json({"models": [*map(_shipped_facts, entries), *map(_variant_facts, others)]})
        return
    from superres.apps.cli.model_tables import print_figures, print_list

    print_list(entries, others)
    if entries:
        print_figures(entries)


def _others(scale: int | None) -> list[Variant]:
    """The networks without weights here."""
    from superres.models.manifest import shipped
    from superres.models.roster import roster

    known = {entry.name for entry in shipped()}
    return [each for each in roster() if each.name not in known and scale in (None, each.scale)]


def _variant_facts(found: Variant) -> dict[str, Any]:
    return _facts(found, found.parameters, found.macs, is_shipped=False)


def _facts(found: Card | Variant, parameters: int, macs: int, *, is_shipped: bool) -> dict[str, Any]:
    return {
        "name": found.name,
        "scale": found.scale,
        "highest_scale": found.highest_scale,
        "architecture": found.architecture,
        "parameters": parameters,
        "macs_1280x720": macs,
        "source": found.source,
        "is_shipped": is_shipped,
    }


def _shipped_facts(entry: Entry) -> dict[str, Any]:
    card = entry.card
    return {
        **_facts(card, entry.parameters, entry.macs, is_shipped=True),
        "tier": entry.tier,
        "bytes": entry.weights_path.stat().st_size + entry.graph_path.stat().st_size,
        "licence": card.licence,
        "trained_on": list(card.trained_on),
        "recipe": card.recipe,
        "steps": card.steps,
        "sha256": entry.weights_sha256,
        **dict(card.figures),
    }


def _show(name: str, *, as_json: bool) -> None:
    from superres.models.manifest import shipped

    entry = next((entry for entry in shipped() if entry.name == name), None)
    if entry is None or find_spec("torch") is not None:
        from superres.models.listing import card_of

        card = card_of(name) if entry is None else entry.card
        layers = _layers(card)
    else:
        complain("the layers are counted by PyTorch; pip install 'superres[lab]' to see them")
        card, layers = entry.card, None
    if as_json:
        drawn = None if layers is None else [asdict(layer) for layer in layers]
        print_json({"card": asdict(card), "input": _input(card), "layers": drawn})
        return
    from superres.apps.cli.model_tables import print_card, print_layers

    print_card(card)
    if layers is not None:
        print_layers(layers, _input(card))


def _input(card: Card) -> str:
    return f"{RESULT[0] // card.scale}x{RESULT[1] // card.scale}"


def _layers(card: Card) -> tuple[Layer, ...]:
    from superres.models.layer_table import layer_table
    from superres.models.listing import weightless

    width, height = (side // card.scale for side in RESULT)
    return layer_table(weightless(card), channels=card.channels, height=height, width=width)
