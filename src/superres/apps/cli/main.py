"""The command `superres`: every subcommand, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from pathlib import Path
from types import ModuleType
from typing import Annotated, cast

import typer

from superres.apps.cli.compare import compare
from superres.apps.cli.console import complain
from superres.apps.cli.convert import convert
from superres.apps.cli.cost import cost
from superres.apps.cli.data import data
from superres.apps.cli.doctor import doctor
from superres.apps.cli.evaluate import evaluate
from superres.apps.cli.export import export
from superres.apps.cli.models import models
from superres.apps.cli.recognise import recognise
from superres.apps.cli.study import study
from superres.apps.cli.train import train
from superres.apps.cli.upscale import upscale
from superres.errors import SuperResError

USER_ERROR = 2
"""Exit code of everything that the user can mend."""

LAB_PACKAGES = (
    "jaxtyping",
    "jinja2",
    "lightning_fabric",
    "matplotlib",
    "onnx",
    "onnxscript",
    "pytorch_optimizer",
    "safetensors",
    "scipy",
    "tensorboard",
    "torch",
)
"""What the extra `lab` brings, as modules."""

_BUSY_AT_EXIT = ("ray", "torch")
"""Packages that have something to end when a process ends."""

_COMMANDS: Mapping[str, Callable[..., None]] = {
    each.__name__: each
    for each in (upscale, doctor, models, train, evaluate, compare, recognise, cost, export, convert)
}
_GROUPS: Mapping[str, typer.Typer] = {"study": study, "data": data}


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from superres.version import __version__

        typer.echo(__version__)
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Sharper, larger pictures; and the laboratory that makes the networks for it."""


def tree(asked: str = "") -> typer.Typer:
    """The commands; where one of them is asked for, it alone, since the others' options take a tenth of its start."""
    app = typer.Typer(
        help="Sharper, larger pictures; and the laboratory that makes the networks for it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    wanted = {asked} & (_COMMANDS.keys() | _GROUPS.keys()) or {*_COMMANDS, *_GROUPS}
    for name, command in _COMMANDS.items():
        if name in wanted:
            app.command()(command)
    for name, group in _GROUPS.items():
        if name in wanted:
            app.add_typer(group, name=name, no_args_is_help=True)
    return app


def run() -> None:
    """Run the command line; errors that superres raises on purpose become a sentence and exit code 2."""
    # OpenVINO tries to import its converters, which no command uses, and goes on without them: a tenth of the start.
    sys.modules.setdefault("openvino.tools.ovc", cast("ModuleType", None))
    try:
        tree(*sys.argv[1:2])()
    except SuperResError as error:
        complain(str(error))
        sys.exit(USER_ERROR)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in LAB_PACKAGES:
            raise
        complain(f"this needs the package {error.name}, which is not installed; pip install 'superres[lab]'")
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)


def start() -> None:
    """Be the process: `run`, and an end without delay."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")  # not every console and pipe knows every character
        elif stream is None:  # closed beforehand, as some services start their commands
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
    try:
        run()
    except SystemExit as end:
        if not end.code:
            _leave()
        raise


def _leave() -> None:
    """End the process now, all being done: taking down the interpreter and OpenVINO would need a tenth of a second."""
    if any(name in sys.modules for name in _BUSY_AT_EXIT):
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads any more; the interpreter knows what to do
        return
    os._exit(0)
