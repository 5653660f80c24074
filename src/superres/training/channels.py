"""What a network sees of RGB images, and how its answer becomes one again, as `superres upscale` does both.

Networks of three channels see RGB. Networks of luma see Y alone, and bicubic interpolation enlarges the colours; see
`superres.inference.luma`. Other networks of one channel see red, green and blue as three images.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from superres.image.colour import rgb_to_luma, rgb_to_ycbcr, ycbcr_to_rgb
from superres.image.enlarging import enlarge
from superres.models.card import Card, Colour


@dataclass(frozen=True, kw_only=True, slots=True)
class Channels:
    """The channels of a network, and what they mean."""

    count: int
    """1 or 3."""
    colour: Colour
    """See `Card.colour`."""

    def seen(self, rgb: Tensor) -> Tensor:
        """What the network sees.

        Args:
            rgb: (N, 3, H, W) in [0, 1].

        Returns:
            The same images; or (N, 1, H, W), their Y in the studio range; or (3N, 1, H, W), one image's red, green
            and blue after another's.
        """
        if self.count == 3:
            return rgb
        return rgb_to_luma(rgb) if self.colour == "luma" else rgb.flatten(0, 1)[:, None]

    def restored(self, answer: Tensor, low: Tensor, scale: int) -> Tensor:
        """The RGB images that belong to an answer.

        Args:
            answer: Of the network, to what it has `seen` of `low`.
            low: (N, 3, H, W), RGB in [0, 1].
            scale: Of the network.

        Returns:
            (N, 3, scale·H, scale·W), not clipped.
        """
        if self.count == 3:
            return answer
        if self.colour == "luma":
            return ycbcr_to_rgb(torch.cat([answer, enlarge(rgb_to_ycbcr(low)[:, 1:], scale)], dim=1))
        return answer[:, 0].unflatten(0, (-1, 3))


RGB = Channels(count=3, colour="rgb")
"""Three channels."""


def channels_of(card: Card) -> Channels:
    """The channels that a card names."""
    return Channels(count=card.channels, colour=card.colour)
