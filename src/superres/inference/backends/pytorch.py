"""PyTorch: for weights files that were not exported, and for GPUs; needs the extra `superres[lab]`."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from superres.errors import InvalidRequestError
from superres.inference.backends.backend import Bytes, Planes
from superres.inference.precision import Precision
from superres.models.card import Card
from superres.models.memory_layout import channels_last
from superres.models.weights import load_network

_TYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16}
_NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")
"""What PyTorch says where a device has none left, and has no error of its own for it."""


class PyTorchBackend:
    """A network with its weights, in evaluation mode, channels last; on the GPU where there is one.

    Args:
        path: A safetensors file with a card, or an authors' checkpoint of a known architecture.
        precision: Of the convolutions, under autocast; `auto` is float16 on a GPU. Values go in and out as float32.
        scale: What a network of any scale enlarges by; the card's where not given.

    Raises:
        InvalidWeightsError: If the file is damaged, or fits no architecture.
        InvalidRequestError: If the network does not enlarge by this scale, or in this precision.
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
        self._device = device()
        self._precision = _native(self._device) if precision == "auto" else precision
        channels_last(self._network)
        self._network.to(self._device)

    def card(self) -> Card:
        """What the network says of itself."""
        return self._card

    def describe(self) -> str:
        """Engine, device and precision."""
        place = "" if self._device.type == "cpu" else f" on {self._device.type}"
        return f"PyTorch {torch.__version__.split('+')[0]}{place}, {self._precision}"

    @torch.inference_mode()
    def upscale(self, low: Planes) -> Planes:
        """Run the network; see `Backend.upscale`.

        Raises:
            MemoryError: If the device has too little.
        """
        return _to_host(self._answer(low).float().contiguous()).numpy()

    @torch.inference_mode()
    def upscale_to_bytes(self, low: Planes) -> tuple[Bytes, float]:
        """Run the network; see `ByteBackend.upscale_to_bytes`. A quarter of the bytes leave a GPU.

        Raises:
            MemoryError: If the device has too little.
        """
        high = self._answer(low).float()
        pixels = high.mul(255).add_(0.5).floor_().clamp_(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()
        return _to_host(pixels).numpy(), float(high.sum())

    def _answer(self, low: Planes) -> Tensor:
        try:
            seen = torch.from_numpy(low)
            if self._device.type == "cuda":
                seen = seen.pin_memory()
            seen = seen.to(self._device, non_blocking=True).contiguous(memory_format=torch.channels_last)
            kind = _TYPES.get(self._precision)
            with torch.autocast(self._device.type, kind, enabled=kind is not None):
                return self._network(seen, *self._asked)
        except RuntimeError as error:
            if not isinstance(error, torch.OutOfMemoryError) and not any(part in str(error) for part in _NO_MEMORY):
                raise
        _let_go(self._device)
        raise MemoryError


def device() -> torch.device:
    """The GPU that PyTorch computes on, or the processor."""
    found = torch.accelerator.current_accelerator(check_available=True)
    return torch.device("cpu") if found is None else found


def _native(place: torch.device) -> Precision:
    if place.type != "cpu":
        return "float16"
    return "bfloat16" if torch.cpu._is_avx512_bf16_supported() else "float32"


def _to_host(tensor: Tensor) -> Tensor:
    """Into memory that a GPU reaches without a copy in between."""
    if tensor.device.type != "cuda":
        return tensor.cpu()
    host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
    host.copy_(tensor, non_blocking=True)
    torch.cuda.synchronize(tensor.device)
    return host


def _let_go(place: torch.device) -> None:
    """Give back what PyTorch keeps for later; what failed is no longer referred to."""
    if place.type != "cpu":
        torch.accelerator.empty_cache()


def _refusal(card: Card, scale: float) -> str:
    able = f"×{card.scale}" if card.highest_scale is None else f"×1 to ×{card.highest_scale:g}"
    return f"{card.name} was to enlarge ×{scale:g} in one pass; it enlarges {able}"
