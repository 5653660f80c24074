"""OpenVINO on the processor: the engine of the base installation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

import numpy as np
import openvino
from openvino import opset13

from superres.errors import InvalidWeightsError
from superres.inference.backends.backend import Bytes, Planes, check_eight_bit, check_on_processor
from superres.inference.backends.graph_blending import blend_graphs
from superres.inference.backends.kept import DEVICE, Compiler
from superres.inference.precision import Precision
from superres.models.card import CARD_KEY, PRECISION_KEY, Card, card_in

_HINTS = {"float32": "f32", "bfloat16": "bf16"}
_Requests = SimpleQueue[Any]
"""Of a compiled graph, those that are free."""
_SMALL = 256 * 256
"""Pixels of an input that takes about as long as compiling for its size."""
_PLACE = "framework"
"""Where OpenVINO puts an ONNX file's metadata."""


class OpenVINOBackend:
    """An ONNX graph with a card, compiled for the size of the tiles it is given.

    Args:
        path: The graph.
        precision: Of the arithmetic; values go in and out as float32.
        towards: Another graph of the same structure, and its share in [0, 1] of a network between both.
        together: Callers that it answers at a time, each with its part of the processor's cores; one has them all.

    Raises:
        InvalidRequestError: If float16 is asked for, or int8 of a graph that does not compute in it.
        InvalidWeightsError: If a file is no graph that OpenVINO reads, or carries no card, or the structures differ.
    """

    def __init__(
        self,
        path: Path,
        precision: Precision = "auto",
        towards: tuple[Path, float] | None = None,
        together: int = 1,
    ) -> None:
        self._core: Any = openvino.Core()
        self._graph: Any = self._read(path)
        metadata = self._metadata()
        check_on_processor(precision, path, "OpenVINO")
        check_eight_bit(metadata, path, precision)
        self._is_eight_bit = PRECISION_KEY in metadata
        self._precision = self._native() if precision in ("auto", "int8") else precision
        # A network of any scale was traced at one.
        self._card = replace(card_in(metadata, path.name), highest_scale=None)
        if towards is not None:
            self._blend(*towards)
        hint, largest = _HINTS[self._precision], 0 if self._is_eight_bit else _SMALL
        options = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY"}
        if together > 1:
            options |= {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": str(together)}
        compiler = Compiler(self._core, path, options)
        self._planes = _Compiled(compiler, self._graph, together, largest)
        self._bytes = _Compiled(compiler, with_bytes(self._graph), together, largest)

    def _read(self, path: Path) -> Any:
        try:
            return self._core.read_model(path)
        except RuntimeError as error:
            raise InvalidWeightsError(
                f"{path} is no readable ONNX graph, or its weights are missing beside it"
            ) from error

    def _blend(self, other: Path, share: float) -> None:
        blend_graphs(self._graph, self._read(other), share)
        self._card = replace(self._card, name=f"{self._card.name}_blend_{round(100 * share)}", figures={})

    def _metadata(self) -> dict[str, str]:
        places = {key: [_PLACE, key] for key in (CARD_KEY, PRECISION_KEY)}
        return {
            key: self._graph.get_rt_info(place).astype(str)
            for key, place in places.items()
            if self._graph.has_rt_info(place)
        }

    def _native(self) -> Precision:
        # The engine's own choice is bfloat16 only where the processor has instructions for it.
        own = self._core.get_property(DEVICE, "INFERENCE_PRECISION_HINT").get_type_name()
        return "bfloat16" if own == "bf16" else "float32"

    def card(self) -> Card:
        """What the network says of itself."""
        return self._card

    def describe(self) -> str:
        """Engine and precision."""
        precision = f"int8 and {self._precision}" if self._is_eight_bit else self._precision
        return f"OpenVINO {openvino.__version__.split('-')[0]}, {precision}"

    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`."""
        return self._planes(low)[0]

    def upscale_to_bytes(self, low: Planes) -> tuple[Bytes, float]:
        """Run the network; see `ByteBackend.upscale_to_bytes`."""
        pixels, total = self._bytes(low)
        return pixels, float(total)


class _Compiled:
    """A graph, compiled for the size of its first input, and for others when they come.

    Compiling takes as long as a small image. Small images of a size that was not there before go through a form of the
    graph that takes any size, a fifth slower; a size that comes twice in a row is compiled for. The answers of both
    forms are the same, or differ by a rounding of bfloat16. In 8 bit they would differ by more, so that each size is
    compiled for.
    """

    def __init__(self, compiler: Compiler, graph: Any, together: int, largest: int) -> None:
        self._compiler = compiler
        self._graph = graph
        self._together = together
        self._largest = largest
        """Pixels of an input that may go through the form for any size."""
        self._requests: _Requests | None = None
        self._shape: tuple[int, ...] = ()
        """That those are for."""
        self._flexible: _Requests | None = None
        self._seen: tuple[int, ...] = ()
        """The last input's."""
        self._lock = Lock()

    def __call__(self, low: Planes) -> list[Any]:
        """Its answers."""
        with self._lock:
            requests = self._requests_for(low.shape)
        request = requests.get()  # each answers one caller at a time
        try:
            answers = request.infer([np.ascontiguousarray(low)], share_inputs=True, share_outputs=True)
            return [np.array(answers[place]) for place in range(len(answers))]
        finally:
            requests.put(request)

    def _requests_for(self, shape: tuple[int, ...]) -> _Requests:
        is_repeated, self._seen = shape == self._seen, shape
        if self._requests is not None and shape == self._shape:
            return self._requests
        if self._requests is None or is_repeated or shape[2] * shape[3] > self._largest:
            self._requests, self._shape = self._compiled(shape), shape
            return self._requests
        if self._flexible is None:
            self._flexible = self._compiled((-1, shape[1], -1, -1))
        return self._flexible

    def _compiled(self, shape: tuple[int, ...]) -> _Requests:
        compiled = self._compiler(self._graph, shape)
        requests: _Requests = SimpleQueue()
        for _ in range(self._together):
            requests.put(compiled.create_infer_request())
        return requests


def with_bytes(graph: Any) -> Any:
    """A copy of a graph that makes bytes of its answer, and tells the answer's sum.

    The engine computes what follows its last convolution in float32, whatever the precision, and on all threads.

    Args:
        graph: Of one answer, (N, C, H, W), white is 1.
    """
    copy = graph.clone()
    planes = copy.output(0).get_node().input_value(0)
    steps = opset13.add(opset13.multiply(planes, opset13.constant(np.float32(255))), opset13.constant(np.float32(0.5)))
    whole = opset13.convert(opset13.clamp(opset13.floor(steps), 0.0, 255.0), "u8")
    pixels = opset13.transpose(whole, opset13.constant(np.array([0, 2, 3, 1])))
    total = opset13.reduce_sum(planes, opset13.constant(np.array([0, 1, 2, 3])))
    model: Any = openvino.Model
    return model([opset13.result(pixels), opset13.result(total)], copy.get_parameters(), "bytes")


def devices() -> list[str]:
    """The devices that OpenVINO sees, with their full names."""
    core: Any = openvino.Core()
    return [f"{name} ({core.get_property(name, 'FULL_DEVICE_NAME')})" for name in core.available_devices]
