"""Laplacian pyramid: each level doubles the image and adds the residual that its features predict.

Source: Lai et al., "Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution", CVPR 2017,
arXiv:1704.03915, section 3 and figure 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.models.architecture import Architecture, StateDict, Tiling

NEGATIVE_SLOPE = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class LapSRNConfig:
    """Hyperparameters; the defaults are the paper's luminance network."""

    scale: int = 4
    """A power of 2."""
    channels: int = 1
    width: int = 64
    depth: int = 10
    """Convolutions of each level."""

    def __post_init__(self) -> None:
        if self.scale < 2 or self.scale & (self.scale - 1):
            raise InvalidConfigError(f"every level of a LapSRN doubles the image; it cannot enlarge ×{self.scale}")
        if min(self.channels, self.width, self.depth) < 1:
            raise InvalidConfigError(f"every size of a LapSRN must be at least 1, got {self}")

    @property
    def levels(self) -> int:
        """How often the image is doubled."""
        return self.scale.bit_length() - 1


class Level(nn.Module):
    """One doubling: of the features, and of the image by what begins as bilinear interpolation."""

    def __init__(self, config: LapSRNConfig) -> None:
        super().__init__()
        width, channels = config.width, config.channels
        self.convolutions = nn.ModuleList(
            nn.Conv2d(width, width, kernel_size=3, padding=1) for _ in range(config.depth)
        )
        self.enlarge = nn.ConvTranspose2d(width, width, kernel_size=3, stride=2)
        self.residual = nn.Conv2d(width, channels, kernel_size=3, padding=1)
        self.enlarge_image = nn.ConvTranspose2d(channels, channels, kernel_size=4, stride=2, padding=1, bias=False)
        with torch.no_grad():
            self.enlarge_image.weight.copy_(_bilinear(channels))

    def forward(self, features: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """Features (N, width, H, W) and image (N, C, H, W) to both at twice the size."""
        height, width = image.shape[-2:]
        for convolution in self.convolutions:
            features = functional.leaky_relu(convolution(features), NEGATIVE_SLOPE)
        # The authors' transposed convolution drops the last row and column.
        doubled = self.enlarge(features)[..., : 2 * height, : 2 * width]
        features = functional.leaky_relu(doubled, NEGATIVE_SLOPE)
        return features, self.enlarge_image(image) + self.residual(features)


def _bilinear(channels: int) -> Tensor:
    """Kernel (C, C, 4, 4) that doubles each channel bilinearly."""
    line = torch.tensor([0.25, 0.75, 0.75, 0.25])
    return torch.eye(channels)[..., None, None] * torch.outer(line, line)


class LapSRN(nn.Module):
    """Values in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: LapSRNConfig) -> None:
        super().__init__()
        self.config = config
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.levels = nn.ModuleList(Level(config) for _ in range(config.levels))

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self.pyramid(low)[-1]

    def pyramid(self, low: Tensor) -> list[Tensor]:
        """The image at every level: twice the size, four times … Training compares each of them (equation 1)."""
        features, image = functional.leaky_relu(self.head(low), NEGATIVE_SLOPE), low
        images: list[Tensor] = []
        for level in self.levels:
            features, image = level(features, image)
            images.append(image)
        return images

    def training_answers(self, low: Tensor, done: float) -> list[tuple[Tensor, float]]:  # noqa: ARG002
        """Every level's image, all of the same weight (section 3.2) however much of the training is done.

        What is compared is the mean over each image, so that the small levels weigh as much as the large ones.
        """
        return [(image, 1.0) for image in self.pyramid(low)]


def from_authors(tensors: StateDict) -> tuple[LapSRNConfig, dict[str, Tensor]]:
    """Read the authors' MATLAB files of github.com/phoenix104104/LapSRN, whose last level is called 1.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a tensor's shape is none of those files'.
    """
    start, end = "net.params.", ".value"
    values = {name[len(start) : -len(end)]: each for name, each in tensors.items() if name.endswith(end)}
    levels = max(int(name[5]) for name in values if name.startswith("level"))
    depth = max(int(name.split("conv")[1][:-2]) for name in values if name.startswith("level1_conv"))
    ours = {"head.weight": _kernel(values.pop("input_conv_f")), "head.bias": values.pop("input_conv_b").flatten()}
    for level in range(levels):
        theirs, place = f"level{levels - level}", f"levels.{level}"
        for index in range(depth):
            layer = f"{theirs}_conv{index + 1}"
            ours[f"{place}.convolutions.{index}.weight"] = _kernel(values.pop(f"{layer}_f"))
            ours[f"{place}.convolutions.{index}.bias"] = values.pop(f"{layer}_b").flatten()
        ours[f"{place}.enlarge.weight"] = _kernel(values.pop(f"{theirs}_upconv_f"))
        ours[f"{place}.enlarge.bias"] = values.pop(f"{theirs}_upconv_b").flatten()
        ours[f"{place}.residual.weight"] = _kernel(values.pop(f"{theirs}_residual_conv_f"))
        ours[f"{place}.residual.bias"] = values.pop(f"{theirs}_residual_conv_b").flatten()
        ours[f"{place}.enlarge_image.weight"] = _kernel(values.pop(f"{theirs}_img_up_f"))
    if values:
        raise KeyError(next(iter(values)))
    return LapSRNConfig(scale=2**levels, width=ours["head.weight"].shape[0], depth=depth), ours


def _kernel(values: Tensor) -> Tensor:
    """(height, width, in, out), axes of 1 at the end left out, to (out, in, height, width)."""
    while values.ndim < 4:
        values = values[..., None]
    return values.permute(3, 2, 0, 1).contiguous()


def _tiling(config: LapSRNConfig) -> Tiling:
    # One pixel of the head, and at each level one for each convolution there: half as far as at the level before.
    reach = 1 + sum((config.depth + 3) / 2**level for level in range(config.levels))
    return Tiling(minimum_size=1, grid=1, overlap=int(reach) + 1, is_exact=True)


ARCHITECTURE = Architecture(
    name="lapsrn",
    config=LapSRNConfig,
    network=LapSRN,
    source="arXiv:1704.03915",
    colour="luma",
    variants={f"lapsrn_x{scale}": LapSRNConfig(scale=scale) for scale in (2, 4, 8)},
    tiling=_tiling,
    from_foreign=from_authors,
)
