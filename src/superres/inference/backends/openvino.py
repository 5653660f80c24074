"""OpenVINO on the processor: the engine of the base installation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import openvino

from superres.errors import InvalidWeightsError
from superres.inference.backends.backend import Planes
from superres.inference.precision import Precision
from superres.models.card import CARD_KEY, Card, card_in

_DEVICE = "CPU"
_HINTS = {"float32": "f32", "bfloat16": "bf16"}
_CARD_PLACE = ["framework", CARD_KEY]  # where OpenVINO puts an ONNX file's metadata


class OpenVINOBackend:
    """An ONNX graph with a card, compiled for the size of the tiles it is given.

    Args:
        path: The graph.
        precision: Of the arithmetic; values go in and out as float32.

    Raises:
        InvalidWeightsError: If the file is no graph that OpenVINO reads, or carries no card.
    """

    def __init__(self, path: Path, precision: Precision = "auto") -> None:
        self._core: Any = openvino.Core()
        self._precision = self._native() if precision == "auto" else precision
        try:
            self._graph: Any = self._core.read_model(path)
        except RuntimeError as error:
            raise InvalidWeightsError(
                f"{path} is no readable ONNX graph, or its weights are missing beside it"
            ) from error
        metadata = {CARD_KEY: self._metadata()} if self._graph.has_rt_info(_CARD_PLACE) else {}
        # A network of any scale was traced at one.
        self._card = replace(card_in(metadata, path.name), highest_scale=None)
        self._shape: tuple[int, ...] = ()
        self._request: Any = None
        self._lock = Lock()  # a request answers one caller at a time

    def _metadata(self) -> str:
        return self._graph.get_rt_info(_CARD_PLACE).astype(str)

    def _native(self) -> Precision:
        # The engine's own choice is bfloat16 only where the processor has instructions for it.
        own = self._core.get_property(_DEVICE, "INFERENCE_PRECISION_HINT").get_type_name()
        return "bfloat16" if own == "bf16" else "float32"

    def card(self) -> Card:
        """What the network says of itself."""
        return self._card

    def describe(self) -> str:
        """Engine and precision."""
        return f"OpenVINO {openvino.__version__.split('-')[0]}, {self._precision}"

    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`. A new size of input costs a compilation, 0.1 s."""
        with self._lock:
            if low.shape != self._shape:
                self._compile(low.shape)
            answer = self._request.infer([np.ascontiguousarray(low)], share_inputs=True, share_outputs=True)
            return np.array(answer[0])

    def _compile(self, shape: tuple[int, ...]) -> None:
        self._graph.reshape(list(shape))
        options = {"INFERENCE_PRECISION_HINT": _HINTS[self._precision], "PERFORMANCE_HINT": "LATENCY"}
        self._request = self._core.compile_model(self._graph, _DEVICE, options).create_infer_request()
        self._shape = shape
