"""Put trained weights into the package: measure them, export and check the graph, write the manifest.

    python scripts/ship.py runs/rlfn_compact_x4/rlfn_compact_x4.safetensors [--tier tiny]
    python scripts/ship.py runs/rlfn_compact_x4_int8/rlfn_compact_x4.safetensors --eight-bit

With `--eight-bit` the network's graph in 8 bit is put beside the shipped network of its name, if it loses at most
0.1 dB against that one on Kodak24. SUPERRES_DATA names the folder of test images. Where the package already has weights
of this name, they are replaced only if the new ones are better on the validation images, Kodak24, at what their tier is
for.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.export.eight_bit import export_eight_bit
from superres.export.ship import ship, ship_eight_bit
from superres.inference.precision import Precision
from superres.models.manifest import Tier, find, shipped
from superres.models.weights import read_weights
from superres.training.folders import data_folder

SETS = {"set5": "testsets/Set5", "set14": "testsets/Set14", "kodak24": "validation/Kodak24"}
FIDELITY = "kodak24_psnr_y"
CHOICES = {
    "photo": "kodak24_psnr_classical_camera",
    "texture": "kodak24_lpips_classical",
    "photo-texture": "kodak24_lpips_classical_camera",
}
"""What decides in tiers with another end: figures that the training measured. The test sets are only reported."""

LARGEST_LOSS = 0.1
"""Of 8 bit on the validation images [dB]."""
README = Path(__file__).parents[1] / "README.md"
FIRST, LAST = "<!-- figures -->\n", "<!-- end of figures -->"
"""The lines of the README between which the table of figures stands."""


def measure(weights: Path, precision: Precision = "float32") -> dict[str, float]:
    """PSNR and SSIM on every set, protocol `classical`."""
    judged = subjects([str(weights)], (), precision)
    figures: dict[str, float] = {}
    for name, folder in SETS.items():
        row = evaluate({name: data_folder(folder)}, judged).rows[0]
        figures |= {f"{name}_psnr_y": round(row.mean("psnr"), 4), f"{name}_ssim_y": round(row.mean("ssim"), 5)}
    return figures


def ship_in_eight_bit(weights: Path) -> None:
    """Export, measure and store a graph in 8 bit."""
    with TemporaryDirectory() as scratch:
        graph = Path(scratch) / f"{weights.stem}.onnx"
        card = export_eight_bit(weights, graph)
        figures = measure(graph, "int8")
        whole = find(card.name).card.figures
        losses = {name: round(whole[name] - value, 4) for name, value in figures.items()}
        print(card.name, "in 8 bit", figures, "loses", losses)
        if losses[FIDELITY] > LARGEST_LOSS:
            sys.exit(f"{card.name} in 8 bit loses {losses[FIDELITY]:.3f} dB on Kodak24, more than {LARGEST_LOSS:g}")
        ship_eight_bit(graph, figures)


def figures_table() -> str:
    """The manifest's figures as a Markdown table."""
    lines = [
        "| model | parameters | MACs at 1280×720 | Set5 | Set14 | Kodak24 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for entry in shipped():
        if entry.tier in CHOICES:  # PSNR is not what they are for
            continue
        values = [
            f"{entry.card.figures[f'{name}_psnr_y']:.2f} dB / {entry.card.figures[f'{name}_ssim_y']:.4f}"
            for name in SETS
        ]
        cost = f"{entry.parameters / 1e3:.0f} K | {entry.macs / 1e9:.1f} G"
        lines.append(f"| `{entry.name}` | {cost} | {' | '.join(values)} |")
    return "\n".join(lines) + "\n"


def update_readme() -> None:
    """Put the table into the README."""
    text = README.read_text("utf-8")
    before, rest = text.split(FIRST)
    README.write_text(f"{before}{FIRST}{figures_table()}{LAST}{rest.split(LAST)[1]}", encoding="utf-8")


def main() -> None:
    """Ship every file that was named."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("weights", type=Path, nargs="+")
    tiers = (*get_args(Tier), "none")
    arguments.add_argument("--tier", choices=tiers, default="default", help="none: by name only")
    arguments.add_argument("--eight-bit", action="store_true", help="the graph in 8 bit of a shipped network")
    asked = arguments.parse_args()
    for weights in asked.weights:
        if asked.eight_bit:
            ship_in_eight_bit(weights)
            continue
        _, card = read_weights(weights)
        figures = measure(weights)
        print(card.name, figures)
        choice = CHOICES.get(asked.tier, FIDELITY)
        reached = {**card.figures, **figures}[choice]
        before = [entry.card.figures[choice] for entry in shipped() if entry.name == card.name]
        is_better = not before or (reached < before[0] if "lpips" in choice else reached > before[0])
        if not is_better:
            sys.exit(f"{card.name} in the package has {choice} {before[0]:.4f}; these weights reach {reached:.4f}")
        ship(weights, figures, tier=None if asked.tier == "none" else asked.tier)
        update_readme()


if __name__ == "__main__":
    main()
