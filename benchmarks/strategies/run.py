"""Training strategies in pairs: one tiny network, equal steps, three seeds. What does each strategy do?

    python benchmarks/strategies/run.py train   [--runs runs/strategies] [--only EXPERIMENT] [--seeds 3]
    python benchmarks/strategies/run.py report

`experiments.toml` says what is compared, `trainings.toml` and `recipe.toml` how it is trained. `train` goes on where it
was stopped, in the middle of a run too, and may run in two processes at once: each takes the next run that nobody has
and whose starting point is there. Every run is kept in ../results/strategies as soon as it is there; `report` makes the
table of what there is. Weights that missing runs begin with lie beside the results until they are not needed, so that
another machine can go on. No run looks at Kodak24 before its last step, and nothing is chosen by it.

Each seed has its precision. Runs in bfloat16 are left to other machines where the processor has no instructions for it.

All runs take about thirteen hours of one core that multiplies bfloat16, and twice that without.
`--runs FOLDER --results FOLDER --scale-steps 0.0005`, with folders of their own, tries the whole machinery with a few
steps a run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from plan import SEEDS
from report import table
from work import Places, work

RESULTS = Path(__file__).parent.parent / "results" / "strategies"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "report"))
    parser.add_argument("--runs", type=Path, default=Path("runs/strategies"))
    parser.add_argument("--results", type=Path, default=RESULTS, help="where what was reached is kept")
    parser.add_argument("--only", help="the name of one experiment")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, choices=SEEDS, help="of the runs")
    parser.add_argument("--scale-steps", type=float, default=1.0, help="what steps are multiplied by, for a trial")
    given = parser.parse_args()
    if given.what == "train":
        work(Places(given.runs.absolute(), given.results, given.scale_steps), given.only, given.seeds)
    else:
        text = table(given.results)
        (given.results / "table.md").write_text(text, encoding="utf-8")
        print(text)


if __name__ == "__main__":
    main()
