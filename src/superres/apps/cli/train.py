"""`superres train`: run a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from superres.apps.cli.console import progress_bar, report

if TYPE_CHECKING:
    from superres.training.loop import Progress


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/rlfn_compact_x4.toml.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The run's folder.", show_default="runs/ and the recipe's name"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A value in place of the recipe's, such as stages.0.steps=100; several by repeating the option.",
        ),
    ] = None,
) -> None:
    """Train a network by a recipe; folders in it lie below $SUPERRES_DATA or the working directory."""
    import logging
    import os

    from superres.training.run import train as run_recipe

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it announces its precision
    with progress_bar() as show:

        def watch(progress: Progress) -> None:
            remark = f"{progress.images_per_second:.0f} images/s, loss {progress.loss:.5f}"
            show(progress.stage, progress.step, progress.steps, remark)

        result = run_recipe(recipe, output=output, resume=resume, overrides=overrides or (), watch=watch)
    if os.environ.get("RANK", "0") == "0":  # of several processes that torchrun began, one speaks
        report(f"{result.weights}: {result.psnr:.2f} dB on the validation images")
