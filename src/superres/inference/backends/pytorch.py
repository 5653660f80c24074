"""PyTorch: for weights files that were not exported; needs the extra `superres[lab]`."""

from __future__ import annotations

from pathlib import Path

import torch

from superres.errors import InvalidRequestError
from superres.inference.backends.backend import Planes
from superres.inference.precision import Precision
from superres.models.card import Card
from superres.models.memory_layout import channels_last
from superres.models.weights import load_network


class PyTorchBackend:
    """A network with its weights, in evaluation mode, channels last.

    Args:
        path: A safetensors file with a card, or an authors' checkpoint of a known architecture.
        precision: Of the convolutions, under autocast; values go in and out as float32.
        scale: What a network of any scale enlarges by; the card's where not given.

    Raises:
        InvalidWeightsError: If the file is damaged, or fits no architecture.
        InvalidRequestError: If the network does not enlarge by this scale, or int8 is asked for.
    """

    def __init__(self, path: Path, precision: Precision = "auto", scale: float | None = None) -> None:
        if precision == "int8":
            raise InvalidRequestError(
                f"int8 was asked for, but PyTorch computes {path.name} in wider numbers; superres export --int8 makes "
                "a graph of a network that has learned it"
            )
        self._network, self._card = load_network(path)
        if scale is not None and not 1 <= scale <= (self._card.highest_scale or 0):
            raise InvalidRequestError(_refusal(self._card, scale))
        # Other networks know their scale from their configuration, and take nothing but an image.
        self._asked = () if scale is None else (scale,)
        channels_last(self._network)
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
            seen = torch.from_numpy(low).contiguous(memory_format=torch.channels_last)
            high = self._network(seen, *self._asked)
        return high.float().contiguous().numpy()


def _refusal(card: Card, scale: float) -> str:
    able = f"×{card.scale}" if card.highest_scale is None else f"×1 to ×{card.highest_scale:g}"
    return f"{card.name} was to enlarge ×{scale:g} in one pass; it enlarges {able}"
