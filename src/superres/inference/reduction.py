"""Folders reduced as a training has learned to, for the network that learned with it to enlarge again.

Source: Sun and Chen, arXiv:1907.12904; see `superres.models.resampler`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superres.data.datasets.degraded import sources
from superres.data.datasets.rgb import read_rgb
from superres.errors import InvalidImageError
from superres.image.files import write_picture
from superres.image.picture import Picture
from superres.models.resampler import Resampler, ResamplerConfig, read_resampler

BAND = 64
"""Rows of the result that are made at a time: a photograph's kernels are many times as large as itself."""
FARTHEST = 4
"""Rows of the result by which a sample may be moved; training keeps offsets to fractions of one."""

Watcher = Callable[[str, int, int], None]
"""Called with an image's name, images done, and all images."""


def reduce_folder(
    folder: Path, output: Path, *, resampler: Path, overwrite: bool = False, watch: Watcher | None = None
) -> ResamplerConfig:
    """Reduce each image by a learned reduction.

    Args:
        folder: Of images, which become 8-bit RGB and are cropped to a multiple of the scale.
        output: Made where it is missing; receives NAME.png of each.
        resampler: What a training with `[stages.resampling]` left, `stages/NAME.resampler.safetensors`.
        overwrite: Whether images may be replaced.
        watch: See `Watcher`.

    Returns:
        What the reduction is.

    Raises:
        InvalidWeightsError: If there is no such resampler.
        InvalidRequestError: If two images would bear one name, or the output is the folder itself.
        MissingFileError: If there are no images.
        UnreadableFileError: If an image is damaged.
        InvalidImageError: If an image is smaller than two pixels of the result.
        ExistingFileError: If a file would be replaced.
        UnwritableFileError: If the place does not take the images.
    """
    network = read_resampler(resampler)
    paths = sources(folder, output, overwrite=overwrite)
    for done, path in enumerate(paths, start=1):
        small = reduced(read_rgb(path, multiple_of=network.config.scale), network)
        write_picture(output / f"{path.stem}.png", Picture(pixels=small), overwrite=overwrite)
        if watch is not None:
            watch(path.name, done, len(paths))
    return network.config


@torch.inference_mode()
def reduced(pixels: NDArray[np.uint8], network: Resampler) -> NDArray[np.uint8]:
    """An image reduced, band by band, to the same values as at once.

    Args:
        pixels: (scale·H, scale·W, 3).
        network: In evaluation mode.

    Returns:
        (H, W, 3).

    Raises:
        InvalidImageError: If H or W is below 2.
    """
    scale = network.config.scale
    height, width = (side // scale for side in pixels.shape[:2])
    if min(height, width) < 2:
        raise InvalidImageError(
            f"an image of {pixels.shape[1]}×{pixels.shape[0]} pixels was to be reduced by {scale}; "
            f"this reduction needs {2 * scale} at least"
        )
    high = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    small = torch.cat(list(_bands(high, network, height)), dim=2)[0].permute(1, 2, 0)
    return (small.clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def _bands(high: Tensor, network: Resampler, height: int) -> Iterator[Tensor]:
    """The result from top to bottom; each band is made with all rows around it that it depends on."""
    config = network.config
    context = 2 * config.blocks + 2 + config.reach + FARTHEST
    for top in range(0, height, BAND):
        bottom = min(top + BAND, height)
        first, last = max(0, top - context), min(height, bottom + context)
        part = network(high[:, :, first * config.scale : last * config.scale])
        yield part[:, :, top - first : bottom - first]
