"""`superres doctor`: what this machine has, and what is fastest on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superres.apps.cli.console import print_json
from superres.inference.precision import Precision

if TYPE_CHECKING:
    from rich.table import Table


def doctor(
    *,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="What is measured, a name or a file.", show_default="the network of ×4"),
    ] = None,
    precision: Annotated[Precision, typer.Option(help="Of the arithmetic.")] = "auto",
    anew: Annotated[bool, typer.Option("--anew", help="Measure, even where it was done before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Show this machine, its engines and codecs, and measure which engine is the fastest.

    What is found is what `superres upscale --engine auto` takes.
    """
    found = _found(model, precision, anew=anew)
    if as_json:
        print_json(found)
    else:
        _draw(found)


def _found(model: str | None, precision: Precision, *, anew: bool) -> dict[str, Any]:
    import os
    import platform
    from dataclasses import asdict

    from superres.image.codecs import codecs
    from superres.inference import calibration, machine
    from superres.inference.backends.engines import KNOWN
    from superres.inference.caching import cache_folder
    from superres.models.manifest import default_for
    from superres.version import __version__

    measured = model or default_for(4).name
    timings = calibration.timings(measured, precision, anew=anew)
    return {
        "superres": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": machine.processor(),
        "cores": os.cpu_count(),
        "instructions": list(machine.instructions()),
        "engines": [
            {"name": entry.name, "version": entry.version, "devices": _devices(entry.name), "remedy": entry.remedy}
            for entry in KNOWN
        ],
        "codecs": {name: asdict(codec) for name, codec in codecs().items()},
        "film_encoders": _film_encoders(),
        "model": Path(measured).name,
        "timings": [asdict(timing) for timing in timings],
        "chosen": calibration.fastest(timings, is_small=False) if timings else "auto",
        "chosen_for_small_images": timings[0].engine if timings else "auto",
        "remembered_in": str(cache_folder()),
    }


def _devices(engine: str) -> list[str]:
    """What an engine computes on; only OpenVINO says so without seconds of importing."""
    from superres.errors import MissingPackageError
    from superres.inference.backends.engines import installed_engine

    try:
        installed_engine(engine)
    except MissingPackageError:
        return []
    if engine != "openvino":
        return ["CPU"]
    from superres.inference.backends.openvino import devices

    return devices()


def _film_encoders() -> list[str] | None:
    """Those that work here; None where PyAV is not installed."""
    from importlib.util import find_spec

    if find_spec("av") is None:
        return None
    from superres.image.video.encoders import working

    return list(working())


def _draw(found: dict[str, Any]) -> None:
    from rich.console import Console

    console = Console()
    console.print(f"superres {found['superres']}, Python {found['python']}, {found['system']}")
    console.print(f"{found['processor']}, {found['cores']} cores: {', '.join(found['instructions']) or 'unknown'}")
    encoders = found["film_encoders"]
    films = "not installed: pip install 'superres[video]'" if encoders is None else ", ".join(encoders)
    for table in (_engines(found), _codecs(found), f"films are encoded by: {films}", _timings(found)):
        console.print()
        console.print(table)


def _engines(found: dict[str, Any]) -> Table:
    from rich.table import Table

    table = Table("engine", "version", "devices", box=None, padding=(0, 2, 0, 0))
    for each in found["engines"]:
        table.add_row(each["name"], each["version"] or f"not installed: {each['remedy']}", ", ".join(each["devices"]))
    return table


def _codecs(found: dict[str, Any]) -> Table:
    from rich.table import Table

    table = Table("format", "read", "written", box=None, padding=(0, 2, 0, 0))
    for name, codec in found["codecs"].items():
        table.add_row(name, "yes" if codec["is_read"] else "no", "yes" if codec["is_written"] else "no")
    return table


def _timings(found: dict[str, Any]) -> Table:
    from rich.table import Table

    caption = f"{found['model']}, ms for a million pixels of the result; remembered in {found['remembered_in']}"
    table = Table("engine", "", "", box=None, padding=(0, 2, 0, 0), caption=caption, caption_justify="left")
    for each in found["timings"]:
        uses = {"chosen": "taken", "chosen_for_small_images": "taken for folders of small images"}
        told = next((use for key, use in uses.items() if each["engine"] == found[key]), "")
        table.add_row(each["described"], f"{each['milliseconds']:.1f} ms", told and f"← {told}")
    return table
