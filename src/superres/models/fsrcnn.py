"""Fast SRCNN: shrink, map, expand at low resolution, and one transposed convolution to enlarge.

Source: Dong et al., "Accelerating the Super-Resolution Convolutional Neural Network", arXiv:1608.00367, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.layers.upsampling.transposed import TransposedUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling

PATCH = 9
"""Side of the transposed convolution's kernel [output pixels]."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FSRCNNConfig:
    """Hyperparameters; the defaults are the paper's FSRCNN(56, 12, 4)."""

    scale: int = 3
    channels: int = 1
    width: int = 56
    """Channels of the feature extraction, d in the paper."""
    shrunk_width: int = 12
    """Channels of the mapping, s in the paper."""
    mappings: int = 4
    """3×3 convolutions of the mapping, m in the paper."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width, self.shrunk_width, self.mappings) < 1:
            raise InvalidConfigError(f"every size of an FSRCNN must be at least 1, got {self}")
        if self.scale > PATCH:
            raise InvalidConfigError(
                f"the last kernel of an FSRCNN covers {PATCH} pixels, so that it enlarges at most ×{PATCH}, "
                f"got ×{self.scale}"
            )


class FSRCNN(nn.Module):
    """Values in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: FSRCNNConfig) -> None:
        super().__init__()
        self.config = config
        width, shrunk = config.width, config.shrunk_width
        self.extract = _activated(config.channels, width, 5)
        self.shrink = _activated(width, shrunk, 1)
        self.map = nn.Sequential(*(_activated(shrunk, shrunk, 3) for _ in range(config.mappings)))
        self.expand = _activated(shrunk, width, 1)
        self.upsample = TransposedUpsampling(width, config.channels, config.scale, PATCH)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self.upsample(self.expand(self.map(self.shrink(self.extract(low)))))


def _activated(before: int, after: int, side: int) -> nn.Sequential:
    """A convolution and a rectifier with a learned slope for each channel."""
    return nn.Sequential(nn.Conv2d(before, after, side, padding=side // 2), nn.PReLU(after))


def _our_name(foreign: str, mappings: int) -> str:
    """Our name for a tensor of a foreign file; KeyError or ValueError where there is none."""
    part, rest = foreign.split(".", 1)
    if part == "last_part":
        return f"upsample.convolution.{rest}"
    index, kind = rest.split(".")
    if part == "first_part":
        return f"extract.{int(index)}.{kind}"
    if part != "mid_part":
        raise KeyError(foreign)
    layer, member = divmod(int(index), 2)
    place = {0: "shrink", mappings + 1: "expand"}.get(layer, f"map.{layer - 1}")
    return f"{place}.{member}.{kind}"


def from_retraining(tensors: StateDict, scale: int) -> tuple[FSRCNNConfig, dict[str, Tensor]]:
    """Read a file of github.com/yjn870/FSRCNN-pytorch (MIT), an independent training.

    The scale stands in no tensor, but in the file's name.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's name or shape is none of those files'.
    """
    shrunk, width = tensors["mid_part.0.weight"].shape[:2]
    indices = [int(name.split(".")[1]) for name in tensors if name.startswith("mid_part.")]
    config = FSRCNNConfig(
        scale=scale,
        channels=tensors["first_part.0.weight"].shape[1],
        width=width,
        shrunk_width=shrunk,
        mappings=max(indices) // 2 - 1,
    )
    return config, {_our_name(name, config.mappings): tensor for name, tensor in tensors.items()}


def _tiling(config: FSRCNNConfig) -> Tiling:
    # 2 for the first kernel, 1 for each mapping, and as far as the patch of a neighbour reaches.
    overlap = 2 + config.mappings + -(-(PATCH // 2) // config.scale)
    return Tiling(minimum_size=1, grid=1, overlap=overlap, is_exact=True)


ARCHITECTURE = Architecture(
    name="fsrcnn",
    config=FSRCNNConfig,
    network=FSRCNN,
    source="arXiv:1608.00367",
    variants={f"fsrcnn_x{scale}": FSRCNNConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    colour="luma",
    from_foreign_at=from_retraining,
)
