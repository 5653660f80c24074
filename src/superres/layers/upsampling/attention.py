"""Attention-based upsampling: every output pixel asks the input pixels around it.

Source: Kundu, Mostafa, Sridhar, Sundaresan, "Attention-based Image Upsampling", arXiv:2012.09904, section 3: where a
strided transposed convolution adds what its kernel paints, local self-attention weighs the same neighbours by a
softmax.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError


class AttentionUpsampling(nn.Module):
    """Queries from the enlarged features, keys and values from the features as they are.

    The weights of each output pixel sum to 1, and borders are replicated, so that constant values stay constant.

    Args:
        width: Channels of the features whose values are mixed.
        scale: Integer factor.
        key_width: Channels in which queries and keys are compared.
        neighbours: Side of the neighbourhood [input pixels], odd.
        guide_width: Channels of what queries and keys are drawn from; the features' own where not given.

    Raises:
        InvalidConfigError: If the neighbourhood has no middle, or a size is below 1.
    """

    def __init__(
        self, width: int, scale: int, *, key_width: int = 16, neighbours: int = 3, guide_width: int | None = None
    ) -> None:
        super().__init__()
        if neighbours % 2 == 0 or min(width, scale, key_width, neighbours) < 1:
            raise InvalidConfigError(
                f"attention enlarges by sizes of at least 1 and an odd neighbourhood, got a width of {width}, "
                f"×{scale}, keys of {key_width} and a neighbourhood of {neighbours}"
            )
        self.scale, self.neighbours = scale, neighbours
        asked = width if guide_width is None else guide_width
        self.query = nn.Conv2d(asked, key_width, kernel_size=1)
        self.key = nn.Conv2d(asked, key_width, kernel_size=1)
        self.value = nn.Conv2d(width, width, kernel_size=1)
        self.place = nn.Parameter(torch.zeros(key_width, neighbours**2, scale, scale))
        nn.init.trunc_normal_(self.place, std=0.02)

    def forward(self, features: Tensor, guide: Tensor | None = None) -> Tensor:
        """(N, width, H, W) to (N, width, scale·H, scale·W).

        Args:
            features: What is mixed.
            guide: Of the same height and width, from which the weights are drawn; the features where not given.
        """
        batch, channels, height, width = features.shape
        weights = self.weights(features if guide is None else guide)
        around = self._around(self.value(features)).view(batch, channels, -1, height, width)
        mixed = torch.einsum("bnyxpq,bcnyx->bcypxq", weights, around)
        return mixed.reshape(batch, channels, height * self.scale, width * self.scale)

    def weights(self, guide: Tensor) -> Tensor:
        """What every output pixel takes of its neighbours: (N, neighbours², H, W, scale, scale), summing to 1."""
        batch, _, height, width = guide.shape
        size = (height * self.scale, width * self.scale)
        enlarged = functional.interpolate(guide, size=size, mode="bilinear", align_corners=False)
        query = self.query(enlarged).view(batch, -1, height, self.scale, width, self.scale)
        key = self._around(self.key(guide)).view(batch, query.shape[1], -1, height, width)
        scores = torch.einsum("bkypxq,bknyx->bnyxpq", query, key)
        scores = scores + torch.einsum("bkypxq,knpq->bnyxpq", query, self.place)
        return (scores * query.shape[1] ** -0.5).softmax(dim=1)

    def _around(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C·neighbours², H·W): the neighbourhood of every pixel."""
        reach = self.neighbours // 2
        padded = functional.pad(features, (reach,) * 4, mode="replicate")
        return functional.unfold(padded, kernel_size=self.neighbours)
