"""SR-LUT's network: it sees so few pixels that all its answers fit into a table.

Source: Jo and Kim, "Practical Single-Image Super-Resolution Using Look-Up Table", CVPR 2021, section 3, and the
authors' code. Each colour goes by itself; the four turns of the image are added.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.lookup_table import HIGHEST, KEYS, TURNS, WHITE, LookupTable, grid_values
from superres.models.architecture import Architecture, Tiling
from superres.models.writing import replace_file

BATCH = 1 << 14
"""Keys that go through the network at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SRLUTConfig:
    """Hyperparameters; the defaults are the paper's network S."""

    scale: int = 4
    channels: int = 3
    """Of the image; all go through the same weights, one by one."""
    key: tuple[int, int] = (2, 2)
    """Rows and columns that are seen; with four turns it is as far to the other sides."""
    width: int = 64
    depth: int = 6
    """Convolutions; all but the first are 1×1."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width) < 1 or self.depth < 2:
            raise InvalidConfigError(f"an SRLUT needs two convolutions and every other size at least 1, got {self}")
        if self.key not in KEYS.values():
            raise InvalidConfigError(f"keys of a table are {_listed()} pixels, got {self.key[0]}×{self.key[1]}")


def _listed() -> str:
    return ", ".join(f"{rows}×{columns}" for rows, columns in KEYS.values())


class SRLUT(nn.Module):
    """Values in [0, 1] in and out, not clipped; sides longer than the key reaches.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: SRLUTConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        middle = (nn.Conv2d(width, width, kernel_size=1) for _ in range(config.depth - 2))
        last = nn.Conv2d(width, config.scale**2, kernel_size=1)
        self.convolutions = nn.ModuleList([nn.Conv2d(1, width, kernel_size=config.key), *middle, last])
        self.shuffle = nn.PixelShuffle(config.scale)
        for convolution in self.convolutions:
            nn.init.kaiming_normal_(convolution.weight)  # pyright: ignore[reportArgumentType]
            nn.init.zeros_(convolution.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        planes = low.flatten(0, 1)[:, None]
        high = sum((self._turned(planes, turn) for turn in TURNS), torch.zeros((), device=low.device))
        return high.unflatten(0, low.shape[:2])[:, :, 0] * (HIGHEST / WHITE)

    def _turned(self, planes: Tensor, turn: int) -> Tensor:
        rows, columns = self.config.key
        padded = functional.pad(_turn(planes, turn), (0, columns - 1, 0, rows - 1), mode="reflect")
        return _turn(self.shuffle(self.answers(padded)), -turn)

    def answers(self, planes: Tensor) -> Tensor:
        """What the network says to each key: (N, 1, H, W) to (N, scale², H - rows + 1, W - columns + 1) in [-1, 1]."""
        features = self.convolutions[0](planes)
        for convolution in self.convolutions[1:]:
            features = convolution(functional.relu(features))
        return features.clamp(-1, 1)


def _turn(planes: Tensor, turn: int) -> Tensor:
    """Quarter turns, of flips that every runtime knows."""
    if turn % 4 == 2:
        return planes.flip((-2, -1))
    if turn % 4 == 1:
        return planes.mT.flip(-2)
    return planes.mT.flip(-1) if turn % 4 == 3 else planes


@torch.no_grad()
def transfer(network: SRLUT, interval: int = 16) -> LookupTable:
    """The table of a network's answers.

    Args:
        network: Trained.
        interval: Between the grid's values [steps of 8 bit], a power of 2; the paper's is 16. Halving it makes a
            table of two by two pixels almost sixteen times as large.

    Raises:
        InvalidWeightsError: If 256 is no multiple of the interval.
    """
    rows, columns = network.config.key
    scale = network.config.scale
    values = torch.from_numpy(grid_values(interval) / WHITE)
    keys = torch.cartesian_prod(*[values] * (rows * columns)).reshape(-1, 1, rows, columns)
    answers = torch.cat([network.answers(some) for some in keys.split(BATCH)])
    rounded = (answers * HIGHEST).round().to(torch.int8)
    return LookupTable(values=rounded.reshape(-1, scale, scale).numpy(), key=network.config.key)


def write_table(path: Path, table: LookupTable) -> None:
    """Write a table as the authors' files are, an `.npy` array (levels ** pixels, 1, scale, scale).

    Raises:
        UnwritableFileError: If the place does not take it.
    """
    content = io.BytesIO()
    np.save(content, table.values[:, None], allow_pickle=False)
    replace_file(path, content.getvalue())


def _tiling(config: SRLUTConfig) -> Tiling:
    reach = max(config.key) - 1
    return Tiling(minimum_size=reach + 1, grid=1, overlap=reach, is_exact=True)


ARCHITECTURE = Architecture(
    name="srlut",
    config=SRLUTConfig,
    network=SRLUT,
    source="Jo and Kim, CVPR 2021",
    variants={
        f"srlut_{name}_x{scale}": SRLUTConfig(scale=scale, key=key)
        for name, key in (("s", (2, 2)), ("f", (1, 3)), ("v", (1, 2)))
        for scale in (2, 3, 4)
    },
    tiling=_tiling,
)
