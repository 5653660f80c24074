"""Very Deep Super-Resolution: twenty convolutions learn what bicubic interpolation lacks, at any scale.

Source: Kim et al., "Accurate Image Super-Resolution Using Very Deep Convolutional Networks", arXiv:1511.04587,
section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.upsampling.interpolation import InterpolationUpsampling
from superres.models.architecture import Architecture, StateDict, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class VDSRConfig:
    """Hyperparameters; the defaults are the paper's luminance network."""

    scale: int = 2
    """Of the interpolation alone; one set of weights serves every scale."""
    channels: int = 1
    width: int = 64
    depth: int = 20
    """Convolutions."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width) < 1 or self.depth < 2:
            raise InvalidConfigError(f"a VDSR needs two convolutions and every other size at least 1, got {self}")


class VDSR(nn.Module):
    """Values in [0, 1] in and out, not clipped; sides of at least two pixels.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: VDSRConfig) -> None:
        super().__init__()
        self.config = config
        widths = (config.channels, *[config.width] * (config.depth - 1), config.channels)
        self.interpolate = InterpolationUpsampling(config.scale)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, kernel_size=3, padding=1) for before, after in pairwise(widths)
        )

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        interpolated = self.interpolate(low)
        features = self.convolutions[0](interpolated)
        for convolution in self.convolutions[1:]:
            features = convolution(functional.relu(features))
        return interpolated + features


def from_authors(tensors: StateDict, scale: int) -> tuple[VDSRConfig, dict[str, Tensor]]:
    """Read the authors' MATLAB file, whose kernels are (height, width, in, out); all its convolutions have biases.

    The weights serve every scale; the file's name says which is meant.

    Raises:
        KeyError: If the file has other tensors, or one is missing.
        ValueError: If a tensor's shape is none of that file's.
    """
    depth = sum(name.startswith("model.weight.") for name in tensors)
    wanted = {f"model.{kind}.{index}" for kind in ("weight", "bias") for index in range(depth)}
    if not depth or wanted != set(tensors):
        raise KeyError("model.weight and model.bias")
    ours: dict[str, Tensor] = {}
    for index in range(depth):
        kernel = tensors[f"model.weight.{index}"]
        kernel = kernel[..., None] if kernel.ndim == 3 else kernel
        if kernel.ndim != 4:
            raise ValueError(kernel.shape)
        ours[f"convolutions.{index}.weight"] = kernel.permute(3, 2, 0, 1).contiguous()
        ours[f"convolutions.{index}.bias"] = tensors[f"model.bias.{index}"].flatten()
    width, channels = ours["convolutions.0.weight"].shape[:2]
    return VDSRConfig(scale=scale, channels=channels, width=width, depth=depth), ours


def _tiling(config: VDSRConfig) -> Tiling:
    context = InterpolationUpsampling.MINIMUM_SIZE
    overlap = -(-config.depth // config.scale) + context
    return Tiling(minimum_size=context, grid=1, overlap=overlap, is_exact=True)


ARCHITECTURE = Architecture(
    name="vdsr",
    config=VDSRConfig,
    network=VDSR,
    source="arXiv:1511.04587",
    variants={f"vdsr_x{scale}": VDSRConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
    colour="luma",
    from_foreign_at=from_authors,
)
