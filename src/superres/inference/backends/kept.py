"""Compiled graphs, kept for the next process: half of what compiling takes is the same every time.

They lie in the cache folder, under digests of all that they depend on: a graph with its numbers, the size that it is
compiled for, the engine's version and settings, and the processor.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import openvino

from superres.inference.caching import cache_folder
from superres.inference.machine import instructions, processor
from superres.models.writing import replace_file

DEVICE = "CPU"
MOST = 32
"""Graphs that are kept, of those that were of use last."""
LARGEST = 8 * 2**20
"""Bytes of one that is kept."""
_NEW = 4
"""That a process keeps of a network, so that a folder of many sizes does not push out all others."""
_CHECKSUM = hashlib.sha256().digest_size
"""Bytes at the beginning of a file, of all that follow."""
_FOLDER = "graphs"


class Compiler:
    """Compiles graphs for the processor, or takes what it has compiled before.

    Args:
        core: OpenVINO's.
        path: The file whose graph it compiles, or what has been made of that graph.
        options: Of the compilation.
    """

    def __init__(self, core: Any, path: Path, options: Mapping[str, str]) -> None:
        self._core = core
        self._file = hashlib.sha256(path.read_bytes()).hexdigest()
        self._options = dict(options)
        self._made = 0

    def __call__(self, graph: Any, shape: Sequence[int]) -> Any:
        """A graph that is ready for use.

        Args:
            graph: Changed in place.
            shape: Of its input; -1 for any.
        """
        place = self._place(graph, shape)
        known = self._kept(place)
        if known is not None:
            return known
        graph.reshape(list(shape))
        made = self._core.compile_model(graph, DEVICE, self._options)
        self._made += 1
        if self._made <= _NEW:
            _keep(made, place)
        return made

    def _place(self, graph: Any, shape: Sequence[int]) -> Path:
        machine = [processor(), instructions(), os.cpu_count(), openvino.__version__]
        content = [self._file, _content_of(graph), list(shape), sorted(self._options.items())]
        told = json.dumps([machine, content])
        return cache_folder() / _FOLDER / f"{hashlib.sha256(told.encode()).hexdigest()[:32]}.blob"

    def _kept(self, place: Path) -> Any | None:
        try:
            content = place.read_bytes()
            if not content.startswith(_checksum(content[_CHECKSUM:])):
                return None
            found = self._core.import_model(BytesIO(content[_CHECKSUM:]), DEVICE, self._options)
            os.utime(place)
        except (OSError, RuntimeError):
            return None
        return found


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _content_of(graph: Any) -> str:
    """A digest of a graph's kinds of operations and its numbers, which may lie in another file or have been changed."""
    digest = hashlib.sha256()
    for operation in graph.get_ordered_ops():
        digest.update(operation.get_type_name().encode())
        if operation.get_type_name() == "Constant":
            digest.update(operation.data.tobytes())
    return digest.hexdigest()


def _keep(made: Any, place: Path) -> None:
    """Keep one, and those that were of use last; where the folder takes no files, it is compiled again next time."""
    stream = BytesIO()
    with suppress(OSError, RuntimeError):
        made.export_model(stream)
        if stream.tell() > LARGEST:
            return
        replace_file(place, _checksum(stream.getvalue()) + stream.getvalue())
        others = sorted(place.parent.glob("*.blob"), key=lambda each: each.stat().st_mtime, reverse=True)
        for each in others[MOST:]:
            each.unlink(missing_ok=True)
