"""`superres models`: the networks that are at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from superres.apps.cli.console import print_json

if TYPE_CHECKING:
    from superres.models.manifest import Entry


def models(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """List the networks that travel with the package."""
    from superres.models.manifest import shipped

    entries = shipped()
    if as_json:
        print_json({"models": [_facts(entry) for entry in entries]})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(caption="MACs for a 1280×720 result; PSNR in dB on Y of BT.601, border of the scale, 8 bit, float32")
    for heading in ("model", "scale", "parameters", "MACs", "Set5", "Set14", "Kodak24"):
        table.add_column(heading, justify="left" if heading == "model" else "right", no_wrap=True)
    for entry in entries:
        figures = [f"{entry.card.figures[f'{name}_psnr_y']:.2f}" for name in ("set5", "set14", "kodak24")]
        table.add_row(
            entry.name,
            f"×{entry.card.scale}",
            f"{entry.parameters / 1e3:.0f} K",
            f"{entry.macs / 1e9:.1f} G",
            *figures,
        )
    Console().print(table)


def _facts(entry: Entry) -> dict[str, Any]:
    card = entry.card
    return {
        "name": entry.name,
        "scale": card.scale,
        "architecture": card.architecture,
        "parameters": entry.parameters,
        "macs_1280x720": entry.macs,
        "bytes": entry.weights_path.stat().st_size + entry.graph_path.stat().st_size,
        "source": card.source,
        "licence": card.licence,
        "trained_on": list(card.trained_on),
        "recipe": card.recipe,
        "steps": card.steps,
        "sha256": entry.weights_sha256,
        **dict(card.figures),
    }
