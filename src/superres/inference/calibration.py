"""The fastest engine on this machine for a model and a precision: measured once, then remembered.

Which engine is fastest depends on the processor: bfloat16 instructions make OpenVINO twice as fast as float32, and
without them ncnn's Winograd convolutions may win. So nothing is assumed. All engines that are installed and open the
model take turns on one small image, so that what else the machine does hits them alike, and the median counts. For
images of any other size the measurement says less, see `fastest`.

What was found lies in the user's cache folder, or in the one that SUPERRES_CACHE names, and holds for this processor,
this model, this precision and these versions. `superres doctor` shows it and measures anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
from pydantic import TypeAdapter, ValidationError

from superres.errors import InvalidRequestError, InvalidWeightsError, SuperResError
from superres.inference.backends.backend import Backend, Planes
from superres.inference.backends.catalogue import engines_of, open_model
from superres.inference.backends.engines import Engine, EngineEntry
from superres.inference.caching import cache_folder
from superres.inference.machine import has_accelerator, processor
from superres.inference.precision import Precision
from superres.models.card import Card
from superres.models.manifest import sha256, shipped
from superres.models.writing import replace_file

SIDE = 192
"""Of the image that is measured with [input pixels]."""
BUDGET = 1.2
"""Seconds that the rounds of a measurement take at most; opening the engines comes on top."""
ROUNDS = 7
"""At most; each engine has one unmeasured call before."""
LEAD = 1.25
"""What another engine than OpenVINO must be faster by to be taken for large images. On a processor with AVX2 alone,
ncnn was 8 % faster on the measured image, but commands of 12 megapixels took 13 % longer with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """How fast an engine is."""

    engine: Engine
    described: str
    """Engine, version and precision."""
    milliseconds: float
    """For one million pixels of the result, the median of the rounds."""


_TIMINGS: TypeAdapter[dict[str, tuple[Timing, ...]]] = TypeAdapter(dict[str, tuple[Timing, ...]])


def chosen_engine(model: str, precision: Precision, asked: Engine, *, is_small: bool = False) -> Engine:
    """The engine that a model is opened with.

    Args:
        model: As `superres.inference.backends.catalogue.open_model` takes it.
        precision: Of the arithmetic.
        asked: Taken as it is, unless it is `auto`.
        is_small: Whether it is for many images that are as small as the measured one.

    Returns:
        `auto` where there is nothing to choose.
    """
    if asked != "auto" or len(candidates(model)) < 2:
        return asked
    found = timings(model, precision)
    return fastest(found, is_small=is_small) if found else "auto"


def fastest(found: Sequence[Timing], *, is_small: bool) -> Engine:
    """The engine to take, by what was measured.

    On large images OpenVINO, which takes the least memory for them and makes bytes of its answer itself, gains on the
    others; so it is taken for them unless another has a clear lead.

    Args:
        found: At least one; the fastest first.
        is_small: Whether it is for images that are as small as the measured one.
    """
    own = next((timing for timing in found if timing.engine == "openvino"), found[0])
    return found[0].engine if is_small or LEAD * found[0].milliseconds < own.milliseconds else own.engine


def candidates(model: str) -> list[EngineEntry]:
    """The installed engines that may be the fastest for a model.

    PyTorch is one where it has a GPU, or where nothing else opens the model: on a processor it never was the fastest,
    and its import alone takes seconds.
    """
    able = [entry for entry in engines_of(model) if entry.is_installed]
    others = [entry for entry in able if entry.name != "pytorch"]
    return able if has_accelerator() or not others else others


def timings(model: str, precision: Precision, *, anew: bool = False) -> tuple[Timing, ...]:
    """How fast the candidates are, the fastest first; what was measured before is not measured again.

    Args:
        model: As `open_model` takes it.
        precision: Of the arithmetic.
        anew: Measure in any case.

    Raises:
        UnknownNameError: If no shipped network has this name.
        MissingFileError: If there is no such file.
        InvalidWeightsError: If no engine opens it.
    """
    path = cache_folder() / "engines.json"
    key = _key(model, precision)
    found = _remembered(path).get(key)
    if anew or found is None:
        found = measured(model, precision)
        _remember(path, {**_remembered(path), key: found})  # meanwhile, another process may have measured others
    return found


def measured(model: str, precision: Precision) -> tuple[Timing, ...]:
    """Measure the candidates now; the fastest first. An engine that cannot do what is asked is left out."""
    opened: dict[Engine, Backend] = {}
    refusals: list[SuperResError] = []
    for entry in candidates(model):
        try:
            opened[entry.name] = open_model(model, precision, engine=entry.name)
        except (InvalidRequestError, InvalidWeightsError) as error:
            refusals.append(error)
    if refusals and not opened:
        raise refusals[0]
    seconds = _rounds(opened)
    found = [_timing(name, opened[name], values) for name, values in seconds.items()]
    return tuple(sorted(found, key=lambda timing: timing.milliseconds))


def _timing(name: Engine, backend: Backend, seconds: Sequence[float]) -> Timing:
    megapixels = (SIDE * backend.card().scale) ** 2 / 1e6
    milliseconds = round(1000 * median(seconds) / megapixels, 2)
    return Timing(engine=name, described=backend.describe(), milliseconds=milliseconds)


def _rounds(opened: Mapping[Engine, Backend]) -> dict[Engine, list[float]]:
    """Seconds of each engine's calls, which take turns."""
    images = {name: _image(backend.card()) for name, backend in opened.items()}
    for name, backend in opened.items():
        backend.upscale(images[name])
    seconds: dict[Engine, list[float]] = {name: [] for name in opened}
    ends = time.perf_counter() + BUDGET
    for _ in range(ROUNDS):
        for name, backend in opened.items():
            started = time.perf_counter()
            backend.upscale(images[name])
            seconds[name].append(time.perf_counter() - started)
        if time.perf_counter() > ends:
            break
    return seconds


def _image(card: Card) -> Planes:
    return np.random.default_rng(0).random((1, card.channels, SIDE, SIDE), np.float32)


def _key(model: str, precision: Precision) -> str:
    """What a measurement holds for, as a digest: other versions, files or processors are measured anew."""
    known = [(entry.name, entry.version) for entry in candidates(model)]
    facts = [processor(), os.cpu_count(), platform.platform(), known, model, _content(model), precision, SIDE]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:24]


def _content(model: str) -> str:
    """The checksum of a model; nothing for one that is not there, which opening it will refuse."""
    if Path(model).is_file():
        return sha256(Path(model))
    return next((entry.weights_sha256 for entry in shipped() if entry.name == model), "")


def _remembered(path: Path) -> dict[str, tuple[Timing, ...]]:
    try:
        return _TIMINGS.validate_json(path.read_bytes())
    except (OSError, ValidationError):  # nothing measured yet, or by another version
        return {}


def _remember(path: Path, known: Mapping[str, tuple[Timing, ...]]) -> None:
    """Keep measurements; where the folder takes no files, they are made again next time."""
    content = {key: [asdict(timing) for timing in found] for key, found in known.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(content, indent=1).encode())
    except OSError:
        return
