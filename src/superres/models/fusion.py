"""Network fusion: several networks side by side, and a convolution that makes one image of their answers.

Source: Ren, El-Khamy and Lee, "Image Super Resolution Based on Fusing Multiple Convolution Neural Networks", CVPR
Workshops 2017 (CNF), who fuse SRCNNs of different depths by one convolution each and a sum, the members trained first
and then frozen or trained on. Here the convolution sees all colours of all members, 3×3 pixels, and begins as their
mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import lcm
from typing import Any

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.models.architecture import Architecture, Tiling
from superres.models.catalogue import architecture

_REACH = 1
"""Of the fusing convolution, in high-resolution pixels; an input pixel of overlap holds it at every scale."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One of the networks."""

    architecture: str
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    """Its own configuration, but for scale and channels, which are those of the fusion."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FusionConfig:
    """Hyperparameters; by default two small networks that differ in their attention."""

    scale: int = 4
    channels: int = 3
    members: tuple[Member, ...] = (
        Member(architecture="residual"),
        Member(architecture="residual", config={"attention": "spatial"}),
    )

    def __post_init__(self) -> None:
        if len(self.members) < 2:
            raise InvalidConfigError(f"a fusion needs at least two members, got {len(self.members)}")
        for member in self.members:
            if member.config.get("form") == "branched":
                raise InvalidConfigError(
                    f'a member {member.architecture} with branches learns alone; fuse it in the form "merged", as a '
                    "training leaves it"
                )
        for known, config in self.read():
            if known.highest_scale is not None:
                raise InvalidConfigError(
                    f"{known.name} enlarges by any scale, and a fusion by one: take another member"
                )
            if config.channels == 1 and known.colour == "luma":
                raise InvalidConfigError(
                    f"{known.name} of one channel is for luma, and a fusion of one channel for one colour at a time; "
                    "give the fusion three channels"
                )

    def read(self) -> tuple[tuple[Architecture, Any], ...]:
        """The architecture and the configuration of each member.

        Raises:
            UnknownNameError: If an architecture or a setting is unknown.
            InvalidConfigError: If a setting makes no sense.
        """
        return tuple(self._read())

    def _read(self) -> Iterator[tuple[Architecture, Any]]:
        for member in self.members:
            known = architecture(member.architecture)
            yield known, known.read_config({**member.config, "scale": self.scale, "channels": self.channels})


class Fusion(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        self.config = config
        self.members = nn.ModuleList(known.network(own) for known, own in config.read())
        self.fuse = nn.Conv2d(len(self.members) * config.channels, config.channels, kernel_size=3, padding=1)
        _mean_(self.fuse)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self.fuse(torch.cat([member(low) for member in self.members], dim=1))


def _mean_(convolution: nn.Conv2d) -> None:
    """Each channel becomes the mean of the members' own."""
    channels, count = convolution.out_channels, convolution.in_channels // convolution.out_channels
    nn.init.zeros_(convolution.weight)
    if convolution.bias is not None:
        nn.init.zeros_(convolution.bias)
    with torch.no_grad():
        convolution.weight[:, :, 1, 1] = torch.eye(channels).repeat(1, count) / count


def _tiling(config: FusionConfig) -> Tiling:
    tilings = [known.tiling(own) for known, own in config.read()]
    return Tiling(
        minimum_size=max(each.minimum_size for each in tilings),
        grid=lcm(*(each.grid for each in tilings)),
        overlap=max(each.overlap for each in tilings) + _REACH,
        is_exact=all(each.is_exact for each in tilings),
    )


ARCHITECTURE = Architecture(
    name="fusion",
    config=FusionConfig,
    network=Fusion,
    source="CNF, Ren et al., CVPRW 2017",
    variants={f"fusion_residual_x{scale}": FusionConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
)
