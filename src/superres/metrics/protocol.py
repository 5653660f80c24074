"""Protocols: what is done to two images before a metric sees them. Every number carries its protocol's name.

The same word gives other numbers: on RGB or on luma, with or without a border, rounded or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

import torch
from torch import Tensor

from superres.errors import InvalidImageError, unknown_name
from superres.image.colour import rgb_to_luma
from superres.image.geometry import shave
from superres.metrics.metric import check_pair

Scale = int | float
"""Between an input and its result; whole or not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Protocol:
    """Colour, border and rounding, under a name."""

    name: str
    colour: Literal["y", "rgb"]
    """`y` is the studio-range luma of BT.601, as in MATLAB's `rgb2ycbcr`, not rounded again."""
    border: int | Literal["scale"]
    """Pixels left out on each side; `scale` stands for as many as the scale, rounded up."""
    is_rounded: bool
    """Whether both images are first rounded to 8 bit, as files hold them."""
    source: str

    def prepare(self, restored: Tensor, reference: Tensor, *, scale: Scale) -> tuple[Tensor, Tensor]:
        """What the metric compares.

        Args:
            restored: (N, C, H, W), nominally in [0, 1]; C is 1 or 3.
            reference: The same shape, dtype and device.
            scale: Between the input and these images.

        Returns:
            Both, clipped to [0, 1], rounded, converted and without their border.

        Raises:
            InvalidImageError: If they do not match, or the border leaves nothing.
        """
        check_pair(restored, reference)
        return self._prepared(restored, scale), self._prepared(reference, scale)

    def caption(self, *scales: Scale) -> str:
        """The protocol in words, for tables of one scale or several."""
        colour = "Y of BT.601 (16 to 235)" if self.colour == "y" else "RGB"
        rounding = "rounded to 8 bit" if self.is_rounded else "not rounded"
        borders = sorted({self._border(scale) for scale in scales})
        return f"{self.name}: {colour}, border {', '.join(map(str, borders))}, {rounding}"

    def _border(self, scale: Scale) -> int:
        return ceil(scale) if self.border == "scale" else self.border

    def _prepared(self, images: Tensor, scale: Scale) -> Tensor:
        values = images.clamp(0, 1)
        if self.is_rounded:
            values = torch.floor(values * 255 + 0.5) / 255
        return shave(self._coloured(values), self._border(scale))

    def _coloured(self, images: Tensor) -> Tensor:
        if images.shape[1] not in (1, 3):
            raise InvalidImageError(f"images of 1 or 3 channels are compared, got {images.shape[1]}")
        # A grey image is an RGB image without colour: its luma keeps the studio range.
        rgb = images.expand(-1, 3, -1, -1)
        return rgb_to_luma(rgb) if self.colour == "y" else rgb


PROTOCOLS: Mapping[str, Protocol] = {
    each.name: each
    for each in (
        Protocol(
            name="classical",
            colour="y",
            border="scale",
            is_rounded=True,
            source="the lightweight networks' papers, after RCAN's Evaluate_PSNR_SSIM.m",
        ),
        Protocol(
            name="ntire",
            colour="rgb",
            border=4,
            is_rounded=True,
            source="NTIRE efficient super-resolution, test_demo.py",
        ),
        Protocol(name="rgb", colour="rgb", border="scale", is_rounded=True, source="BasicSR's model zoo"),
    )
}
"""Protocols by name."""


def protocol(name: str) -> Protocol:
    """The protocol of this name.

    Raises:
        UnknownNameError: If none is called so.
    """
    if name not in PROTOCOLS:
        raise unknown_name("protocol", name, PROTOCOLS)
    return PROTOCOLS[name]
