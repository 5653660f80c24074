"""Validation during training: mean PSNR over a folder of images, under a named protocol."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from superres.data.datasets.packed import PackedImages, pack
from superres.metrics.protocol import Protocol, protocol
from superres.metrics.psnr import psnr
from superres.training.channels import RGB, Channels


class Validation:
    """A validation set, decoded once.

    Args:
        folder: High-resolution images; the low-resolution ones are made by bicubic reduction.
        cache: Where the decoded images are kept.
        scale: Of the network.
        protocol_name: Such as `classical`.
        channels: What the network sees of the images. What is measured is the RGB image that `superres upscale`
            would make of its answer.
    """

    def __init__(self, folder: Path, cache: Path, *, scale: int, protocol_name: str, channels: Channels = RGB) -> None:
        self._images: PackedImages = pack([folder], cache, [scale])
        self.content_hash = self._images.content_hash
        self._scale = scale
        self._protocol: Protocol = protocol(protocol_name)
        self._channels = channels

    @torch.no_grad()
    def __call__(self, network: nn.Module, *, device: torch.device, precision: torch.dtype) -> float:
        """Mean PSNR [dB] of the network's answers, computed in this precision."""
        values = [self._one(network, index, device, precision) for index in range(len(self._images))]
        return sum(values) / len(values)

    def _one(self, network: nn.Module, index: int, device: torch.device, precision: torch.dtype) -> float:
        low = _planes(self._images.low(index, self._scale), device)
        high = _planes(self._images.high(index), device)
        with torch.autocast(device.type, precision, enabled=precision != torch.float32):
            seen = self._channels.seen(low).contiguous(memory_format=torch.channels_last)
            answer = network(seen).float()
        restored = self._channels.restored(answer, low, self._scale)
        prepared = self._protocol.prepare(restored, high, scale=self._scale)
        return float(psnr(*prepared).mean())


def _planes(pixels: object, device: torch.device) -> Tensor:
    """(H, W, C) uint8 to (1, C, H, W) float in [0, 1]."""
    return torch.tensor(pixels, device=device).permute(2, 0, 1)[None].float() / 255
