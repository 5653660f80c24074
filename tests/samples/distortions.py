"""A photograph and distorted versions of it, and the pairs of images that authors published values for."""

import io
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

LIGHTHOUSE = Path(__file__).parents[2] / "examples" / "lighthouse.webp"

Pixels = NDArray[np.uint8]


def lighthouse() -> Pixels:
    """(768, 512, 3)."""
    with Image.open(LIGHTHOUSE) as opened:
        return np.array(opened.convert("RGB"))


def planes(pixels: Pixels) -> Tensor:
    """(H, W, C) to (1, C, H, W) in [0, 1], float64."""
    return torch.from_numpy(pixels.astype(np.float64) / 255).permute(2, 0, 1)[None]


def coarse(pixels: Pixels) -> Pixels:
    """Eight levels a colour."""
    return (pixels // 32 * 32 + 16).astype(np.uint8)


def smeared(pixels: Pixels) -> Pixels:
    """The mean with the left, upper and diagonal neighbour, around the border."""
    wide = pixels.astype(np.int64)
    total = wide + np.roll(wide, 1, 0) + np.roll(wide, 1, 1) + np.roll(wide, (1, 1), (0, 1))
    return (total // 4).astype(np.uint8)


def noisy(pixels: Pixels, deviation: float = 12.0) -> Pixels:
    """With Gaussian noise, in steps of 8 bit."""
    noise = np.random.default_rng(0).normal(0, deviation, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def compressed(pixels: Pixels, quality: int = 10) -> Pixels:
    """Through a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    with Image.open(file) as opened:
        return np.array(opened)


def published_pair(data: Path, reference: str, restored: str) -> tuple[Tensor, Tensor]:
    """Restored and reference of `metric_references/piq`; GIF is grey."""
    folder = data / "metric_references" / "piq"
    images: list[Tensor] = []
    for name in (restored, reference):
        with Image.open(folder / name) as opened:
            images.append(planes(np.atleast_3d(np.array(opened.convert("L" if name.endswith("gif") else "RGB")))))
    return images[0], images[1]
