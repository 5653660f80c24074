"""Meta-upscale: a small network makes the kernels of the enlargement, for any scale.

Source: Hu et al., "Meta-SR: A Magnification-Arbitrary Network for Super-Resolution", CVPR 2019, arXiv:1903.00875,
section 3 and equations 3 to 5. Output pixel i lies on input pixel ⌊i / r⌋; its offset there and 1 / r are what the
small network sees. Offsets repeat: at r = p / q along each axis after p output pixels, which stand for q input pixels.
So there are p² kernels at most, and those of one place among the q² are a convolution of stride q; at whole scales,
where q = 1, all of it is one sub-pixel convolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidRequestError
from superres.image.scaling import enlarged, exact


@dataclass(frozen=True, slots=True)
class Period:
    """How the output repeats along an axis."""

    low: int
    """Input pixels after which it does."""
    high: int
    """Output pixels after which it does."""
    offsets: tuple[tuple[float, ...], ...]
    """For each of these input pixels, how far into it the output pixels that lie on it are, in [0, 1)."""

    @classmethod
    def of(cls, length: int, scale: float) -> Period:
        """The period of an axis of this many input pixels; one that it does not outlast ends with it."""
        ratio = exact(scale)
        low, high = ratio.denominator, ratio.numerator
        if low > 1 and low > length:
            low, high = length, enlarged(length, scale)
        return cls(low, high, tuple(cls._on(place, ratio, high) for place in range(low)))

    @staticmethod
    def _on(place: int, ratio: Fraction, high: int) -> tuple[float, ...]:
        first, behind = ceil(place * ratio), min(high, ceil((place + 1) * ratio))
        return tuple(float(number / ratio - place) for number in range(first, behind))


class MetaUpsampling(nn.Module):
    """Makes an image of features, at any scale from 1 on.

    At scales of few decimals this costs hardly more than a sub-pixel convolution; at others there is a kernel for each
    output pixel.

    Args:
        width: Channels of the features.
        channels: Channels of the image.
        kernel_size: Side of the patch that an output pixel reads [input pixels], odd.
        hidden: Width of the small network.
    """

    def __init__(self, width: int, channels: int, kernel_size: int = 3, hidden: int = 256) -> None:
        super().__init__()
        self.width, self.channels, self.kernel_size = width, channels, kernel_size
        self.hidden = nn.Linear(3, hidden)
        self.kernel = nn.Linear(hidden, kernel_size**2 * width * channels)

    def forward(self, features: Tensor, scale: float) -> Tensor:
        """(N, width, H, W) to (N, channels, round(scale·H), round(scale·W)).

        Raises:
            InvalidRequestError: If the scale is below 1.
        """
        if scale < 1:
            raise InvalidRequestError(f"meta-upscale enlarges by a factor of at least 1, got {scale:g}")
        batch, _, height, width = features.shape
        rows, columns = Period.of(height, scale), Period.of(width, scale)
        padded = self._padded(features, rows.low, columns.low)
        strips = [
            self._strip(padded[:, :, place:], offsets, rows, columns, scale)
            for place, offsets in enumerate(rows.offsets)
            if offsets
        ]
        blocks = torch.cat(strips, dim=1).permute(0, 3, 4, 1, 5, 2)
        down, across = blocks.shape[2], blocks.shape[4]
        whole = blocks.reshape(batch, self.channels, down * rows.high, across * columns.high)
        if rows.low == 1 and columns.low == 1:
            return whole
        return whole[:, :, : enlarged(height, scale), : enlarged(width, scale)]

    def kernels(self, rows: Tensor, columns: Tensor, scale: float) -> Tensor:
        """What output pixels multiply their patch by.

        Args:
            rows: (h,), offsets of output rows inside their input row, in [0, 1).
            columns: (w,), the same of columns.
            scale: Of the enlargement.

        Returns:
            (h, w, channels, width, kernel_size, kernel_size).
        """
        facts = torch.broadcast_tensors(rows.new_tensor(1 / scale), rows[:, None], columns[None])
        seen = torch.stack(facts, dim=-1)
        made = self.kernel(self.hidden(seen).relu())
        shape = (self.width, self.kernel_size, self.kernel_size, self.channels)
        return made.view(*seen.shape[:2], *shape).permute(0, 1, 5, 2, 3, 4)

    def _padded(self, features: Tensor, down: int, across: int) -> Tensor:
        """Zeros around the features, and as many more as make their sides multiples of the periods."""
        reach = self.kernel_size // 2
        height, width = features.shape[2:]
        below = 0 if down == 1 else -height % down
        right = 0 if across == 1 else -width % across
        return functional.pad(features, (reach, right + reach, reach, below + reach))

    def _strip(self, padded: Tensor, offsets: tuple[float, ...], rows: Period, columns: Period, scale: float) -> Tensor:
        """The output rows that lie on one place of the period; (N, rows of it, columns.high, channels, U, V)."""
        down = padded.new_tensor(offsets, dtype=self.kernel.weight.dtype)
        across = down.new_tensor([offset for place in columns.offsets for offset in place])
        kernels = self.kernels(down, across, scale).split([len(place) for place in columns.offsets], dim=1)
        answers: list[Tensor] = []
        for place, own in enumerate(kernels):
            if not own.shape[1]:
                continue
            answer = functional.conv2d(padded[..., place:], own.flatten(0, 2), stride=(rows.low, columns.low))
            answers.append(answer.unflatten(1, own.shape[:3]))
        return torch.cat(answers, dim=2)
