"""Networks and their parts at one budget of multiply-adds, trained by one recipe: which is worth its cost?

    python benchmarks/equal_budget/run.py train     [--runs runs/equal_budget] [--only NAME]
    python benchmarks/equal_budget/run.py latency
    python benchmarks/equal_budget/run.py report

`networks.toml` says which networks, `recipe.toml` how they are trained. `train` goes on where it was stopped, in the
middle of a row too, and may run in two processes at once: each takes the next row that nobody has. All rows take about
five hours of one core. Every row is kept in ../results/equal_budget as soon as it is there; `report` makes the table
and the plot of what there is. Kodak24 is not among the training images, and no weights are chosen by it: each row is
the last step's moving average.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from superres.evaluation.benchmark import evaluate
from superres.evaluation.efficiency import latencies
from superres.evaluation.plot import Point, scatter
from superres.evaluation.significance import mean_interval, paired_difference
from superres.evaluation.subject import subjects
from superres.export.onnx import export_onnx
from superres.inference.backends.openvino import OpenVINOBackend
from superres.inference.locking import locked
from superres.models.catalogue import architecture
from superres.models.cost import cost
from superres.models.weights import write_weights
from superres.training.folders import data_folder
from superres.training.loop import Progress
from superres.training.run import train

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "equal_budget"
LOW = (180, 320)
"""Height and width of the input whose ×4 result has 1280×720 pixels."""
REFERENCE = "sub-pixel"
"""The row that all others are compared with, image by image."""


@dataclass(frozen=True, slots=True)
class Row:
    """One network of the table."""

    name: str
    group: str
    architecture: str
    config: dict[str, Any]
    seed: int = 1

    @property
    def slug(self) -> str:
        """For files."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_")

    @property
    def result(self) -> Path:
        """Where the row is kept."""
        return RESULTS / f"{self.slug}.json"

    def built(self) -> tuple[Any, Any]:
        """Network and card, in the form that users get: branches merged."""
        found = architecture(self.architecture)
        deployed = {**self.config, "form": "merged"} if self.config.get("form") == "branched" else self.config
        config = found.read_config(deployed)
        return found.network(config), found.card(self.slug, config)


def rows() -> list[Row]:
    """Of networks.toml, each within the budget."""
    content = tomllib.loads((HERE / "networks.toml").read_text("utf-8"))
    found = [Row(**each) for each in content["networks"]]
    for row in found:
        share = counts(row)["macs"] / content["budget"]
        if abs(share - 1) > content["tolerance"]:
            raise SystemExit(f"{row.name} has {share:.3f} times the budget")
    return found


def counts(row: Row) -> dict[str, int]:
    """What a 1280×720 result costs."""
    network, card = row.built()
    found = cost(network, channels=card.channels, height=LOW[0], width=LOW[1])
    return {name: getattr(found, name) for name in ("parameters", "macs", "activations", "convolutions")}


def train_all(runs: Path, only: str | None) -> None:
    """Every row that is missing."""
    runs.mkdir(parents=True, exist_ok=True)
    for row in rows():
        if row.result.exists() or only not in (None, row.name):
            continue
        lock = locked(runs / f"{row.slug}.lock")  # ends with the process
        if lock is not None:
            with lock:
                if not row.result.exists():
                    train_one(row, runs)


def train_one(row: Row, runs: Path) -> None:
    """Train, measure, keep."""
    print(row.name, flush=True)
    recipe = runs / f"{row.slug}.toml"
    recipe.write_text(recipe_of(row), encoding="utf-8")
    started = time.perf_counter()
    weights = train(recipe, output=runs / row.slug, resume=True, watch=tell).weights
    seconds = time.perf_counter() - started
    judged = subjects([str(weights)], [4], "float32")
    table = evaluate({"Kodak24": data_folder("validation/Kodak24")}, judged)
    images = {name: dict(values) for name, values in table.rows[0].images.items()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    content = {**asdict(row), **counts(row), "seconds_of_last_start": round(seconds), "images": images}
    row.result.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def tell(now: Progress) -> None:
    """A line now and then."""
    if now.step % 1000 == 0:
        print(f"  {now.step} {now.loss:.5f}", flush=True)


def recipe_of(row: Row) -> str:
    """The common recipe with this row's model."""
    common = (HERE / "recipe.toml").read_text("utf-8").replace("seed = 1", f"seed = {row.seed}", 1)
    settings = "\n".join(f"{key} = {json.dumps(value)}" for key, value in row.config.items())
    model = f'[model]\nname = "{row.slug}"\narchitecture = "{row.architecture}"\n\n[model.config]\n{settings}\n\n'
    return common.replace("[data]", model + "[data]", 1)


def measure_latency(rounds: int) -> None:
    """All networks in turns, with the engine of the base installation; their weights do not matter."""
    image = np.random.default_rng(0).random((1, 3, *LOW), np.float32)
    with TemporaryDirectory() as scratch:
        contestants = {row.name: contestant(row, Path(scratch), image) for row in rows()}
        found = latencies(contestants, rounds=rounds)
    RESULTS.mkdir(parents=True, exist_ok=True)
    content = {name: asdict(each) for name, each in found.items()}
    (RESULTS / "latency.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def contestant(row: Row, scratch: Path, image: Any) -> Callable[[], Any]:
    """One pass of a network, from planes to planes."""
    network, card = row.built()
    weights, graph = scratch / f"{row.slug}.safetensors", scratch / f"{row.slug}.onnx"
    write_weights(weights, network.state_dict(), card)
    export_onnx(str(weights), graph)
    backend = OpenVINOBackend(graph, "float32")
    return lambda: backend.upscale(image)


def report() -> None:
    """Table and plot of the rows that are there."""
    have = [json.loads(row.result.read_text("utf-8")) for row in rows() if row.result.exists()]
    times = RESULTS / "latency.json"
    latency = json.loads(times.read_text("utf-8")) if times.exists() else {}
    reference = next((psnrs(each) for each in have if each["name"] == REFERENCE), None)
    lines = [
        "| network | PSNR [dB] | 95 % of the images | less `sub-pixel` | parameters | MACs | activations | time [ms] |",
        "|---|---|---|---|---|---|---|---|",
        *(line(each, reference, latency) for each in have),
    ]
    (RESULTS / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    points = [
        Point(each["name"], place, float(np.mean(psnrs(each))), latency[each["name"]]["median"])
        for place, each in enumerate(have)
        if each["name"] in latency
    ]
    if points:
        drawing = scatter(points, quality="PSNR on Kodak24 ×4 [dB]", cost="time of a 1280×720 result [ms]")
        (RESULTS / "plot.svg").write_text(drawing, encoding="utf-8")
    print("\n".join(lines))


def psnrs(row: dict[str, Any]) -> list[float]:
    """Image by image."""
    return [row["images"][name]["psnr"] for name in sorted(row["images"])]


def line(row: dict[str, Any], reference: list[float] | None, latency: dict[str, Any]) -> str:
    """One line of the table."""
    values = psnrs(row)
    interval = mean_interval(values)
    ends = f"{interval.lower:.2f} … {interval.upper:.2f}" if interval else ""
    against = ""
    if reference is not None and row["name"] != REFERENCE:
        found = paired_difference(values, reference)
        spread = f" [{found.interval.lower:+.3f}, {found.interval.upper:+.3f}]" if found.interval else ""
        against = f"{found.mean:+.3f}{spread}"
    time_taken = f"{latency[row['name']]['median']:.1f}" if row["name"] in latency else ""
    return (
        f"| {row['group']}: {row['name']} | {np.mean(values):.3f} | {ends} | {against} | {row['parameters']:,} "
        f"| {row['macs'] / 1e9:.2f} G | {row['activations'] / 1e6:.1f} M | {time_taken} |"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "latency", "report"))
    parser.add_argument("--runs", type=Path, default=Path("runs/equal_budget"))
    parser.add_argument("--only", help="the name of one network")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    match given.what:
        case "train":
            train_all(given.runs, given.only)
        case "latency":
            measure_latency(given.rounds)
        case _:
            report()


if __name__ == "__main__":
    main()
