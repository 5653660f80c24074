"""PyTorch: for weights files that were not exported; needs the extra `superres[lab]`."""

from __future__ import annotations

from pathlib import Path

import torch

from superres.inference.backends.backend import Planes
from superres.inference.precision import Precision
from superres.models.card import Card
from superres.models.weights import load_network


class PyTorchBackend:
    """A network with its weights, in evaluation mode, channels last.

    Args:
        path: A safetensors file with a card, or an authors' checkpoint of a known architecture.
        precision: Of the convolutions, under autocast; values go in and out as float32.

    Raises:
        InvalidWeightsError: If the file is damaged, or fits no architecture.
    """

    def __init__(self, path: Path, precision: Precision = "auto") -> None:
        self._network, self._card = load_network(path)
        self._network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        is_native = torch.cpu._is_avx512_bf16_supported()
        self._is_bfloat16 = precision == "bfloat16" or (precision == "auto" and is_native)

    def card(self) -> Card:
        """What the network says of itself."""
        return self._card

    def describe(self) -> str:
        """Engine and precision."""
        return f"PyTorch {torch.__version__.split('+')[0]}, {'bfloat16' if self._is_bfloat16 else 'float32'}"

    @torch.inference_mode()
    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self._is_bfloat16):
            high = self._network(torch.from_numpy(low).contiguous(memory_format=torch.channels_last))
        return high.float().contiguous().numpy()
