"""ONNX Runtime on the processor; needs the extra `superres[onnxruntime]`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from superres.errors import InvalidRequestError, InvalidWeightsError
from superres.inference.backends.backend import Planes, check_eight_bit, check_on_processor
from superres.inference.precision import Precision
from superres.models.card import PRECISION_KEY, Card, card_in

_ERRORS_ONLY = 3
"""Of its levels of what it writes to standard error."""


class ONNXRuntimeBackend:
    """An ONNX graph with a card; any size of input, without a compilation for each.

    Args:
        path: The graph.
        precision: float32, which `auto` means here, or int8.

    Raises:
        InvalidRequestError: If another precision is asked for, or int8 of a graph that does not compute in it.
        InvalidWeightsError: If the file is no graph that it reads, or carries no card.
    """

    def __init__(self, path: Path, precision: Precision = "auto") -> None:
        check_on_processor(precision, path, "ONNX Runtime")
        if precision == "bfloat16":
            raise InvalidRequestError(
                f"bfloat16 was asked for, but ONNX Runtime computes {path.name} in float32; "
                "leave the precision out, or take the engine openvino"
            )
        options: Any = onnxruntime.SessionOptions()
        options.log_severity_level = _ERRORS_ONLY
        # Else its threads spin on after each answer, in the time of whatever comes next: decoders and encoders, and the
        # engine that is measured after it, which then takes a quarter longer.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the package's own family begins below no common class
            raise InvalidWeightsError(
                f"{path} is no readable ONNX graph, or its weights are missing beside it"
            ) from error
        metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        check_eight_bit(metadata, path, precision)
        self._precision = "int8 and float32" if PRECISION_KEY in metadata else "float32"
        # A network of any scale was traced at one.
        self._card = replace(card_in(metadata, path.name), highest_scale=None)
        self._input: str = self._session.get_inputs()[0].name

    def card(self) -> Card:
        """What the network says of itself."""
        return self._card

    def describe(self) -> str:
        """Engine and precision."""
        return f"ONNX Runtime {onnxruntime.__version__}, {self._precision}"

    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`."""
        return self._session.run(None, {self._input: np.ascontiguousarray(low)})[0]
