"""What running a network takes on this computer: time and peak memory, with the engine that users get."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from superres.errors import InvalidRequestError, MissingFileError
from superres.evaluation.efficiency import Latency, latencies
from superres.image.files import write_picture
from superres.image.picture import Picture
from superres.inference.precision import Precision
from superres.inference.request import Request, plan
from superres.inference.upscaler import upscale_picture

_UPSCALE = """
import resource, sys
from pathlib import Path
from superres.apps.cli.main import run
sys.argv = ["superres", *sys.argv[1:]]
try:
    run()
finally:
    status = Path("/proc/self/status")
    if status.exists():  # the process's own peak; ru_maxrss begins with that of the process that started it
        kib = next(float(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    else:
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    print(f"peak {kib / 1024}")
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """What a model took."""

    engine: str
    """Engine and precision."""
    latency: Latency
    """From 8-bit pixels to 8-bit pixels, in memory."""
    memory: float
    """Peak of one whole command, from file to file, in a process of its own [MiB]."""


def running(
    models: Sequence[str], *, height: int, width: int, precision: Precision = "auto", rounds: int = 15
) -> list[Running]:
    """Run models in turns on the same image of noise, as `superres upscale` runs them.

    Args:
        models: Shipped networks or files.
        height: Of the input [pixels].
        width: Of the input [pixels].
        precision: Of the engine.
        rounds: Measured turns, at least 6.

    Raises:
        UnknownNameError: If no shipped network has such a name.
        InvalidWeightsError: If it is a variant without weights, or a file is damaged.
        MissingFileError: If a file is missing.
        InvalidRequestError: If there are too few rounds, or memory cannot be measured.
    """
    picture = Picture(pixels=np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))
    plans = [plan(Request(model=model, precision=precision)) for model in models]
    contestants = {str(place): (lambda each=each: upscale_picture(picture, each)) for place, each in enumerate(plans)}
    times = latencies(contestants, rounds=rounds)
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.png"
        write_picture(photo, picture)
        peaks = [
            peak_memory(photo, Path(folder) / f"{place}.png", "--model", model, "--precision", precision)
            for place, model in enumerate(models)
        ]
    return [
        Running(engine=each.passes[0].describe(), latency=times[str(place)], memory=peaks[place])
        for place, each in enumerate(plans)
    ]


def peak_memory(photo: Path, target: Path, *options: str) -> float:
    """Peak memory of one `superres upscale` in a process of its own [MiB], as the operating system counts it.

    Args:
        photo: Its input.
        target: Its output, not there yet.
        options: More of its options.

    Raises:
        MissingFileError: If there is no such photograph.
        InvalidRequestError: If the command fails; with what it said.
    """
    if not photo.is_file():
        raise MissingFileError(f"{photo} was to be enlarged, but there is no such file")
    command = [sys.executable, "-c", _UPSCALE, "upscale", str(photo), "-o", str(target), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    found = [line for line in done.stdout.splitlines() if line.startswith("peak ")]
    if done.returncode or not found:
        raise InvalidRequestError(f"memory could not be measured: {done.stderr.strip()}")
    return float(found[-1].split()[1])
