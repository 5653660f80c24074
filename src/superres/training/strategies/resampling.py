"""Learned degradation: the reduction is trained together with the network that undoes it.

Source: Sun and Chen (arXiv:1907.12904, sections 3.2 and 3.3). The network sees the resampler's answer rounded to 8 bit,
as a file would hold it; gradients pass the rounding as if it were not there. Two terms keep the samples in order: their
distance from their own places, and the difference between the offsets of neighbouring pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from pydantic import ConfigDict
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.models.resampler import Resampler, ResamplerConfig
from superres.training.claims import require
from superres.training.objectives.answers import ManyAnswers


@dataclass(frozen=True, kw_only=True, slots=True)
class Resampling:
    """The reduction that a stage learns: a table `[stages.resampling]`."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    width: int
    """Channels of the resampler."""
    blocks: int
    """Residual blocks of the resampler."""
    reach: int
    """Side of its kernels, in low-resolution pixels."""
    distance: float
    """Weight of the mean squared offset [low-resolution pixels²], beside the terms of `loss`."""
    smoothness: float
    """Weight of the mean difference between neighbours' offsets [low-resolution pixels]."""
    rate_factor: float = 1.0
    """The resampler's learning rate, as a multiple of the stage's."""

    def __post_init__(self) -> None:
        require(self.rate_factor > 0, f"resampling: rate_factor must be above 0, got {self.rate_factor}")
        require(min(self.width, self.blocks, self.reach) >= 1, "resampling: width, blocks and reach are at least 1")
        require(min(self.distance, self.smoothness) >= 0, "resampling: distance and smoothness must not be negative")

    def config(self, scale: int) -> ResamplerConfig:
        """Of the resampler for a network of this scale."""
        return ResamplerConfig(scale=scale, width=self.width, blocks=self.blocks, reach=self.reach)


def check_resampling(resampling: Resampling | None, network: nn.Module, *, channels: int, degradation: str) -> None:
    """Refuse what a reduction cannot be learned with.

    Args:
        resampling: Of the stage.
        network: That the stage trains.
        channels: Of the network.
        degradation: Of the recipe's data.

    Raises:
        InvalidConfigError: If the network is not for RGB or has several answers, or images are degraded otherwise.
    """
    if resampling is not None:
        require(channels == 3, f"resampling: colours are reduced together, so channels must be 3, got {channels}")
        require(not isinstance(network, ManyAnswers), "resampling: this is for networks of one answer")
        require(degradation == "bicubic", f"resampling: the reduction is learned, not {degradation}; say bicubic")


class Resampled(nn.Module):
    """A resampler and the network behind it: high-resolution images in, and out again.

    Args:
        network: Of one answer.
        resampler: Of its scale.
        resampling: Weights of the terms.
    """

    def __init__(self, network: nn.Module, resampler: Resampler, resampling: Resampling) -> None:
        super().__init__()
        self.network = network
        self.resampler = resampler
        self._resampling = resampling
        self._terms: list[Tensor] = []

    def forward(self, high: Tensor) -> Tensor:
        """(N, 3, scale·H, scale·W) to the same shape, by way of the reduced image."""
        low, offsets = self.resampler.with_offsets(high)
        if self.training:
            self._terms[:] = [disorder(offsets / self.resampler.config.scale, self._resampling)]
        return self.network(rounded(low))

    def disorder(self) -> Tensor:
        """The weighted terms of the offsets of the images that it has just seen, a scalar."""
        if not self._terms:
            raise InvalidConfigError("resampling: the network was never asked in training, so there are no offsets")
        return self._terms.pop()


def rounded(low: Tensor) -> Tensor:
    """Values cut to [0, 1] and rounded to 8 bit; the gradient passes the rounding, not the cut.

    Beyond the cut a value changes nothing, and a gradient that said otherwise would drive it further and further out.
    """
    cut = low.clamp(0, 1)
    return cut + ((cut * 255).round() / 255 - cut).detach()


def disorder(offsets: Tensor, resampling: Resampling) -> Tensor:
    """What offsets cost, a scalar.

    Args:
        offsets: (N, 2, taps², H, W) [low-resolution pixels].
        resampling: Weights of the terms.
    """
    distance = offsets.square().sum(dim=1).mean()
    down, across = offsets.diff(dim=-2).abs(), offsets.diff(dim=-1).abs()
    smoothness = torch.cat([down.flatten(), across.flatten()]).mean() if down.numel() + across.numel() else distance * 0
    return resampling.distance * distance + resampling.smoothness * smoothness
