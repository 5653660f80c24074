"""Self-attention inside windows, which are shifted from layer to layer so that neighbours meet.

Source: Swin Transformer (arXiv:2103.14030, section 3.2), as SwinIR (arXiv:2108.10257) uses it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError


def split_windows(features: Tensor, window: int) -> Tensor:
    """(N, H, W, C), sides multiples of the window, to (N·windows, window², C)."""
    batch, height, width, channels = features.shape
    blocks = features.view(batch, height // window, window, width // window, window, channels)
    return blocks.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, channels)


def join_windows(windows: Tensor, window: int, height: int, width: int) -> Tensor:
    """The inverse of `split_windows`: (N·windows, window², C) to (N, height, width, C)."""
    rows, columns = height // window, width // window
    blocks = windows.view(-1, rows, columns, window, window, windows.shape[-1])
    return blocks.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, windows.shape[-1])


class WindowAttention(nn.Module):
    """Every pixel of a window attends to all of it, with a learned bias for each offset between two pixels.

    Args:
        width: Channels.
        heads: Of them, each with its share of the channels.
        window: Side of a window [pixels].
        shift: How far windows are moved to the lower right; what a border cuts apart does not meet.

    Raises:
        InvalidConfigError: If the channels cannot be shared among the heads, or the shift is not below the window.
    """

    offsets: Tensor

    def __init__(self, width: int, heads: int, window: int, shift: int = 0) -> None:
        super().__init__()
        if width % heads or not 0 <= shift < window:
            raise InvalidConfigError(
                f"attention needs channels that its heads share evenly and a shift below the window, got {width} "
                f"channels, {heads} heads, a window of {window} and a shift of {shift}"
            )
        self.heads, self.window, self.shift = heads, window, shift
        self.mix = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        nn.init.trunc_normal_(self.bias, std=0.02)
        self.register_buffer("offsets", _offsets(window), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """(N, H, W, C), sides multiples of the window, to the same shape."""
        batch, height, width = features.shape[:3]
        moved = features.roll((-self.shift, -self.shift), dims=(1, 2)) if self.shift else features
        apart = _apart(height, width, self.window, self.shift).to(features.device) if self.shift else None
        mixed = self._attend(split_windows(moved, self.window), batch, apart)
        joined = join_windows(mixed, self.window, height, width)
        return joined.roll((self.shift, self.shift), dims=(1, 2)) if self.shift else joined

    def _attend(self, windows: Tensor, batch: int, apart: Tensor | None) -> Tensor:
        count, length, channels = windows.shape
        shared = self.mix(windows).view(count, length, 3, self.heads, channels // self.heads)
        query, key, value = shared.permute(2, 0, 3, 1, 4)
        scores = (query * (channels // self.heads) ** -0.5) @ key.transpose(-2, -1)
        scores = scores + self.bias[self.offsets].permute(2, 0, 1)
        if apart is not None:
            blocked = scores.view(batch, apart.shape[0], self.heads, length, length).masked_fill(
                apart[:, None], torch.finfo(scores.dtype).min
            )
            scores = blocked.view(count, self.heads, length, length)
        weighted = scores.softmax(dim=-1) @ value
        return self.project(weighted.transpose(1, 2).reshape(count, length, channels))


def _offsets(window: int) -> Tensor:
    """For every two pixels of a window the row of the bias table that stands for their offset."""
    places = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
    offset = places[:, :, None] - places[:, None, :] + window - 1
    return offset[0] * (2 * window - 1) + offset[1]


def _apart(height: int, width: int, window: int, shift: int) -> Tensor:
    """For each window which of its pixels come from opposite borders of the image; (windows, window², window²)."""
    rows, columns = (_parts(side, window, shift) for side in (height, width))
    flat = split_windows((3 * rows[:, None] + columns)[None, ..., None], window)[..., 0]
    return flat[:, :, None] != flat[:, None, :]


def _parts(side: int, window: int, shift: int) -> Tensor:
    """Of each place along a moved side: 2 for what the shift brought over the border, 1 for what it met, 0 elsewhere.

    Comparisons, not slices: an exported graph knows no bounds that depend on the size of the image.
    """
    places = torch.arange(side)
    return (places >= side - window).long() + (places >= side - shift).long()
