"""Benchmark images as tensors, read without the house's own file code."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor


def pixels(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3), uint8; grey is repeated."""
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def planes(image: NDArray[np.uint8]) -> Tensor:
    """(H, W, 3) uint8 to (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255


def set5_pairs(data: Path, scale: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Each image of Set5: MATLAB's reduction, and the original cropped to a multiple of the scale."""
    folder = data / "testsets" / "Set5"
    for path in sorted((folder / "HR").iterdir()):
        high = pixels(path)
        height, width = (side // scale * scale for side in high.shape[:2])
        yield pixels(folder / "LR_bicubic" / f"X{scale}" / f"{path.stem}x{scale}.png"), high[:height, :width]
