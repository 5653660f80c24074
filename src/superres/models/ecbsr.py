"""Edge-oriented Convolution Block network: edge filters help it learn, and plain convolutions are what is left to run.

Source: Zhang et al., "Edge-oriented Convolution Block for Real-time Super Resolution on Mobile Devices",
ACM Multimedia 2021, section 3. The authors' code leaves the identity branch out, and so does the default here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.edge_oriented import convolution
from superres.layers.reparameterization import ConvolutionForm, merged_state
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class ECBSRConfig:
    """Hyperparameters; the defaults are the paper's M4C16 for luminance."""

    scale: int = 2
    channels: int = 1
    width: int = 16
    """The paper's C."""
    blocks: int = 4
    """The paper's M: convolutions between the first and the last."""
    has_identity: bool = False
    """Whether branched convolutions also add their input, where it has as many channels as the output."""
    form: ConvolutionForm = "merged"

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width) < 1 or self.blocks < 0:
            raise InvalidConfigError(f"an ECBSR needs sizes of at least 1 and no negative depth, got {self}")


class ECBSR(nn.Module):
    """Values in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: ECBSRConfig) -> None:
        super().__init__()
        self.config = config
        hidden = [config.width] * (config.blocks + 1)
        widths = (config.channels, *hidden, config.channels * config.scale**2)
        self.convolutions = nn.ModuleList(
            convolution(before, after, config.form, has_identity=config.has_identity)
            for before, after in pairwise(widths)
        )
        self.slopes = nn.ModuleList(nn.PReLU(width) for width in hidden)
        self.shuffle = nn.PixelShuffle(config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        features = low
        for layer, slope in zip(self.convolutions[:-1], self.slopes, strict=True):
            features = slope(layer(features))
        # Every value again for each of its scale² pixels: shuffled, that is the nearest neighbour.
        repeated = low[:, :, None].expand(-1, -1, self.config.scale**2, -1, -1).flatten(1, 2)
        return self.shuffle(self.convolutions[-1](features) + repeated)


def merged(network: ECBSR) -> ECBSR:
    """The same network with one 3×3 convolution in place of each branched one; equal up to rounding."""
    result = ECBSR(replace(network.config, form="merged"))
    result.load_state_dict(merged_state(network))
    return result.train(network.training)


def _tiling(config: ECBSRConfig) -> Tiling:
    return Tiling(minimum_size=1, grid=1, overlap=config.blocks + 2, is_exact=True)


_PUBLISHED = ((4, 8), (4, 16), (10, 32), (16, 64))
"""Blocks and width of the paper's networks."""

ARCHITECTURE = Architecture(
    name="ecbsr",
    config=ECBSRConfig,
    network=ECBSR,
    source="Zhang et al., ACM MM 2021",
    variants={
        **{
            f"ecbsr_m{blocks}c{width}_x{scale}": ECBSRConfig(scale=scale, width=width, blocks=blocks)
            for blocks, width in _PUBLISHED
            for scale in (2, 4)
        },
        # This project's own, for RGB.
        **{f"ecbsr_tiny_x{scale}": ECBSRConfig(scale=scale, channels=3, width=28, blocks=6) for scale in (2, 3, 4)},
    },
    tiling=_tiling,
    colour="luma",
)
