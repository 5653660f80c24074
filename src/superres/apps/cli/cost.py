"""`superres cost`: what a network costs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from superres.apps.cli.console import complain, print_json
from superres.inference.precision import Precision

if TYPE_CHECKING:
    from superres.evaluation.efficiency import Counts
    from superres.evaluation.running import Running


def cost(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Shipped networks, variants such as rlfn_s_x2, or files.")
    ],
    *,
    size: Annotated[str, typer.Option(help="Width and height of the input; the challenges use 256x256.")] = "256x256",
    run: Annotated[
        bool, typer.Option("--run", help="Also run them here, in turns: time with its interval, and peak memory.")
    ] = False,
    precision: Annotated[Precision, typer.Option(help="Of the engine's arithmetic, with --run.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Count parameters, MACs, FLOPs, activations and convolutions of networks."""
    from superres.evaluation.efficiency import count

    width, height = _sides(size)
    counted = [count(model, height=height, width=width) for model in models]
    for each in counted:
        for doubt in each.doubts():
            complain(f"{each.card.name}: {doubt}")
    ran = _run(models, height, width, precision) if run else []
    if as_json:
        facts = [_facts(each) for each in counted]
        for each, found in zip(facts, ran, strict=False):
            each["run"] = _run_facts(found)
        print_json({"input": f"{width}x{height}", "models": facts})
        return
    _print(counted, f"{width}×{height}")
    if ran:
        _print_run([each.card.name for each in counted], ran, f"{width}×{height}")


def _run(models: list[str], height: int, width: int, precision: Precision) -> list[Running]:
    from superres.evaluation.running import running

    return running(models, height=height, width=width, precision=precision)


def _sides(size: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d{0,4})[x×]([1-9]\d{0,4})", size)
    if found is None:
        from superres.errors import InvalidRequestError

        raise InvalidRequestError(f"the size {size!r} was asked for; it is written as 256x256, width first")
    return int(found[1]), int(found[2])


def _facts(counts: Counts) -> dict[str, Any]:
    cost = counts.cost
    return {
        "name": counts.card.name,
        "scale": counts.card.scale,
        "parameters": cost.parameters,
        "macs": cost.macs,
        "flops": cost.flops,
        "activations": cost.activations,
        "convolutions": cost.convolutions,
        "macs_per_parameter_and_pixel": counts.share,
        "not_counted": cost.uncounted,
        "doubts": counts.doubts(),
    }


def _run_facts(found: Running) -> dict[str, Any]:
    time = found.latency
    return {
        "engine": found.engine,
        "latency_ms": time.median,
        "latency_interval_ms": [time.low, time.high],
        "rounds": time.rounds,
        "peak_memory_mib": found.memory,
    }


def _print(counted: list[Counts], size: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(caption=f"one image of {size}; FLOPs are two for each MAC of convolutions and matrix products")
    for heading in ("model", "parameters", "MACs", "FLOPs", "activ.", "convs"):
        table.add_column(heading, justify="left" if heading == "model" else "right", no_wrap=True)
    for counts in counted:
        cost = counts.cost
        table.add_row(
            counts.card.name,
            f"{cost.parameters:,}",
            f"{cost.macs / 1e9:.2f} G",
            f"{cost.flops / 1e9:.2f} G",
            f"{cost.activations / 1e6:.2f} M",
            str(cost.convolutions),
        )
    Console().print(table)
    left = sorted({name for counts in counted for name in counts.cost.uncounted})
    Console().print(f"not counted: {', '.join(left) or 'nothing'}", highlight=False)


def _print_run(names: list[str], ran: list[Running], size: str) -> None:
    from rich.console import Console
    from rich.table import Table

    rounds = ran[0].latency.rounds
    table = Table(
        caption=f"one image of {size} on this computer, {rounds} turns; median with its 95 % interval, "
        "and peak memory of a whole command"
    )
    for heading in ("model", "time [ms]", "interval", "memory [MiB]", "engine"):
        table.add_column(heading, justify="left" if heading in ("model", "engine") else "right")
    for name, found in zip(names, ran, strict=True):
        time = found.latency
        table.add_row(
            name, f"{time.median:.1f}", f"{time.low:.1f}-{time.high:.1f}", f"{found.memory:.0f}", found.engine
        )
    Console().print(table)
