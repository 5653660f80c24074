"""ncnn on the processor, strong where there are no bfloat16 instructions; needs the extra `superres[ncnn]`."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ncnn as package
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from superres.errors import InvalidRequestError, InvalidWeightsError
from superres.inference.backends.backend import Planes, check_on_processor
from superres.inference.machine import instructions
from superres.inference.precision import Precision
from superres.models.card import Card
from superres.models.ncnn_text import assembled, card_of

_INPUT, _OUTPUT = "in0", "out0"
_ncnn: Any = package


class NcnnNetwork:
    """A text and its numbers, ready to be asked; one caller at a time may ask for another size than the others.

    Args:
        text: Of layers.
        numbers: Of a `.bin` file.
        precision: bfloat16 is what values are stored as between layers; float32 is exact.

    Raises:
        InvalidWeightsError: If ncnn refuses them.
    """

    def __init__(self, text: str, numbers: bytes, precision: Precision = "float32") -> None:
        self._network: Any = _ncnn.Net()
        options = self._network.opt
        options.use_vulkan_compute = False
        options.num_threads = os.cpu_count() or 1
        for name in ("packed", "storage", "arithmetic"):
            setattr(options, f"use_fp16_{name}", False)
        options.use_bf16_storage = precision == "bfloat16"
        with TemporaryDirectory() as scratch:  # it reads numbers from files alone
            path = Path(scratch) / "numbers.bin"
            path.write_bytes(numbers)
            if self._network.load_param_mem(text) or self._network.load_model(str(path)):
                raise InvalidWeightsError("ncnn cannot read this text and its numbers")

    def __call__(self, low: Planes) -> Planes:
        """(N, C, h, w) to (N, C, scale·h, scale·w), image by image."""
        return np.stack([self._one(image) for image in low])

    def _one(self, image: Planes) -> Planes:
        extractor = self._network.create_extractor()
        # A copy: ncnn would keep the array's memory without keeping the array.
        extractor.input(_INPUT, _ncnn.Mat(np.ascontiguousarray(image)).clone())
        state, answer = extractor.extract(_OUTPUT)
        if state:
            raise InvalidWeightsError(f"ncnn cannot run the network on an image of the shape {image.shape}")
        return np.array(answer)


class NcnnBackend:
    """A text with a card, and its numbers from NAME.bin or from NAME.safetensors beside it.

    Args:
        path: The text, `.param`.
        precision: `auto` is bfloat16 where the processor has such instructions.

    Raises:
        InvalidRequestError: If int8 or float16 is asked for.
        InvalidWeightsError: If the text carries no card, or its numbers are missing or damaged.
    """

    def __init__(self, path: Path, precision: Precision = "auto") -> None:
        check_on_processor(precision, path, "ncnn")
        if precision == "int8":
            raise InvalidRequestError(
                f"int8 was asked for, but ncnn computes {path.name} in wider numbers; take the engine openvino"
            )
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidWeightsError(f"{path} is no readable text of ncnn") from error
        self._card = card_of(text, path.name)
        is_native = "BF16" in instructions()
        self._precision: Precision = ("bfloat16" if is_native else "float32") if precision == "auto" else precision
        self._network = NcnnNetwork(text, _numbers(path, text), self._precision)

    def card(self) -> Card:
        """What the network says of itself."""
        return self._card

    def describe(self) -> str:
        """Engine and precision."""
        return f"ncnn {_ncnn.__version__}, {self._precision}"

    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`."""
        return self._network(low)


def _numbers(path: Path, text: str) -> bytes:
    packed, weights = path.with_suffix(".bin"), path.with_suffix(".safetensors")
    if packed.is_file():
        return packed.read_bytes()
    if not weights.is_file():
        raise InvalidWeightsError(
            f"{path} has neither {packed.name} nor {weights.name} beside it, which hold its numbers"
        )
    try:
        return assembled(text, load_file(weights))
    except (SafetensorError, OSError) as error:
        raise InvalidWeightsError(f"{weights} is no readable file of weights") from error
