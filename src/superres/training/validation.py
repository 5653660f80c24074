"""Validation during training: mean PSNR over a folder of images, under a named protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from superres.data.datasets.packed import PackedImages, pack
from superres.data.degradation.presets import Preset
from superres.data.degradation.seeds import HELD_OUT, image_key
from superres.metrics.catalogue import metric
from superres.metrics.metric import Metric
from superres.metrics.protocol import Protocol, protocol
from superres.training.channels import RGB, Channels
from superres.training.strategies.resampling import Resampled


class Validation:
    """A validation set, decoded once.

    Args:
        folder: High-resolution images; the low-resolution ones are made.
        cache: Where the decoded images are kept.
        scale: Of the network.
        protocol_name: Such as `classical`.
        channels: What the network sees of the images. What is measured is the RGB image that `superres upscale`
            would make of its answer.
        degradation: Of which each image has one of its own, the same in every run, and drawn for no training patch;
            bicubic reduction where not given.
    """

    def __init__(
        self,
        folder: Path,
        cache: Path,
        *,
        scale: int,
        protocol_name: str,
        channels: Channels = RGB,
        degradation: Preset | None = None,
    ) -> None:
        self._images: PackedImages = pack([folder], cache, [scale])
        self.content_hash = self._images.content_hash
        self._scale = scale
        self._protocol: Protocol = protocol(protocol_name)
        self._channels = channels
        # Made once: they do not change, and a set of photographs takes seconds.
        self._degraded = None if degradation is None else _degraded(self._images, degradation, scale)

    @torch.no_grad()
    def __call__(self, network: nn.Module, *, device: torch.device, precision: torch.dtype, by: str = "psnr") -> float:
        """Mean PSNR [dB] of the network's answers, computed in this precision, or the mean of another metric."""
        judge = metric(by)
        values = [self._one(network, index, device, precision, judge) for index in range(len(self._images))]
        return sum(values) / len(values)

    def _one(
        self, network: nn.Module, index: int, device: torch.device, precision: torch.dtype, judge: Metric
    ) -> float:
        pixels = self._images.low(index, self._scale) if self._degraded is None else self._degraded[index]
        low = _planes(pixels, device)
        high = _planes(self._images.high(index), device)
        with torch.autocast(device.type, precision, enabled=precision != torch.float32):
            begun = high if isinstance(network, Resampled) else low
            seen = self._channels.seen(begun).contiguous(memory_format=torch.channels_last)
            answer = network(seen).float()
        restored = self._channels.restored(answer, low, self._scale)
        asked = replace(self._protocol, colour="rgb") if judge.colour == "rgb" else self._protocol
        return float(judge.function(*asked.prepare(restored, high, scale=self._scale)).mean())


def _degraded(images: PackedImages, preset: Preset, scale: int) -> list[NDArray[np.uint8]]:
    keys = [image_key(HELD_OUT, Path(images.name(index)).stem) for index in range(len(images))]
    return [preset.draw(scale, key)(images.high(index)) for index, key in enumerate(keys)]


def _planes(pixels: object, device: torch.device) -> Tensor:
    """(H, W, C) uint8 to (1, C, H, W) float in [0, 1]."""
    return torch.tensor(pixels, device=device).permute(2, 0, 1)[None].float() / 255
