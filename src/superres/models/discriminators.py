"""Discriminators: networks that tell restored images from true ones. All answer with logits, without a sigmoid.

Sources: SRGAN (arXiv:1609.04802, figure 4), judging a whole patch; PatchGAN (pix2pix, arXiv:1611.07004, section 3.2 and
appendix 6.1), judging overlapping parts of 70 pixels; the U-Net with spectral normalisation of Real-ESRGAN
(arXiv:2107.10833, section 3.3 and figure 6), judging every pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from superres.errors import InvalidConfigError

NEGATIVE_SLOPE = 0.2
HALVINGS = 4
"""Strided convolutions of SRGAN's discriminator."""
HIDDEN = 1024
Normalisation = Literal["batch", "none"]
"""Of what follows a convolution; `none` for critics whose slope is held at 1, image by image (arXiv:1704.00028)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PatchDiscriminatorConfig:
    """SRGAN's discriminator; the defaults are the paper's."""

    channels: int = 3
    width: int = 64
    patch_size: int = 96
    """Side of the patches that it judges [pixels]."""
    normalisation: Normalisation = "batch"

    def __post_init__(self) -> None:
        if min(self.channels, self.width) < 1 or self.patch_size < 1 or self.patch_size % 2**HALVINGS:
            raise InvalidConfigError(
                f"patches of a multiple of {2**HALVINGS} pixels are halved {HALVINGS} times: {self}"
            )


class PatchDiscriminator(nn.Module):
    """One logit for a whole patch of a fixed size.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: PatchDiscriminatorConfig) -> None:
        super().__init__()
        widths = [config.width * 2**place for place in range(HALVINGS)]
        layers: list[nn.Module] = [nn.Conv2d(config.channels, config.width, 3, padding=1), nn.LeakyReLU(NEGATIVE_SLOPE)]
        layers += _normed(config.width, config.width, 2, config.normalisation)
        for narrow, wide in pairwise(widths):
            layers += _normed(narrow, wide, 1, config.normalisation)
            layers += _normed(wide, wide, 2, config.normalisation)
        self.features = nn.Sequential(*layers)
        side = config.patch_size // 2**HALVINGS
        self.judge = nn.Sequential(
            nn.Flatten(),
            nn.Linear(widths[-1] * side * side, HIDDEN),
            nn.LeakyReLU(NEGATIVE_SLOPE),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, patch_size, patch_size) in [0, 1] to (N, 1)."""
        return self.judge(self.features(images))


def _normed(before: int, after: int, stride: int, normalisation: Normalisation) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, kernel_size=3, stride=stride, padding=1)
    norm = [nn.BatchNorm2d(after)] if normalisation == "batch" else []
    return [convolution, *norm, nn.LeakyReLU(NEGATIVE_SLOPE)]


@dataclass(frozen=True, kw_only=True, slots=True)
class PatchGANConfig:
    """PatchGAN; the defaults judge parts of 70×70 pixels, as the paper's do."""

    channels: int = 3
    width: int = 64
    layers: int = 3
    """Strided convolutions; 3 give parts of 70 pixels, 2 of 34, 1 of 16."""
    normalisation: Normalisation = "batch"

    def __post_init__(self) -> None:
        if min(self.channels, self.width, self.layers) < 1:
            raise InvalidConfigError(f"every size of a PatchGAN must be at least 1, got {self}")


class PatchGAN(nn.Module):
    """A logit for each of many overlapping parts.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: PatchGANConfig) -> None:
        super().__init__()
        widths = [config.width * min(2**place, 8) for place in range(config.layers + 1)]
        layers: list[nn.Module] = [
            nn.Conv2d(config.channels, widths[0], kernel_size=4, stride=2, padding=1),
            nn.LeakyReLU(NEGATIVE_SLOPE),
        ]
        for place, (before, after) in enumerate(pairwise(widths), start=1):
            stride = 2 if place < config.layers else 1
            is_normed = config.normalisation == "batch"
            layers.append(nn.Conv2d(before, after, kernel_size=4, stride=stride, padding=1, bias=not is_normed))
            layers += [nn.BatchNorm2d(after)] if is_normed else []
            layers.append(nn.LeakyReLU(NEGATIVE_SLOPE))
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, kernel_size=4, padding=1))

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to (N, 1, h, w), about an eighth of the size with three layers."""
        return self.layers(images)


@dataclass(frozen=True, kw_only=True, slots=True)
class UNetDiscriminatorConfig:
    """The U-Net of Real-ESRGAN."""

    channels: int = 3
    width: int = 64

    def __post_init__(self) -> None:
        if min(self.channels, self.width) < 1:
            raise InvalidConfigError(f"every size of a U-Net must be at least 1, got {self}")


class UNetDiscriminator(nn.Module):
    """A logit for every pixel; no layer can stretch its input, because its spectral norm is 1.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: UNetDiscriminatorConfig) -> None:
        super().__init__()
        width = config.width
        self.head = nn.Conv2d(config.channels, width, kernel_size=3, padding=1)
        self.down = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, 2 * before, kernel_size=4, stride=2, padding=1, bias=False))
            for before in (width, 2 * width, 4 * width)
        )
        self.up = nn.ModuleList(
            spectral_norm(nn.Conv2d(2 * after, after, kernel_size=3, padding=1, bias=False))
            for after in (4 * width, 2 * width, width)
        )
        self.refine = nn.ModuleList(
            spectral_norm(nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False)) for _ in range(2)
        )
        self.judge = nn.Conv2d(width, 1, kernel_size=3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1], sides multiples of 8, to (N, 1, H, W).

        Raises:
            InvalidConfigError: If a side is no multiple of 8.
        """
        if any(side % 8 for side in images.shape[-2:]):
            raise InvalidConfigError(f"a U-Net halves its input three times; its sides cannot be {images.shape[-2:]}")
        levels = [functional.leaky_relu(self.head(images), NEGATIVE_SLOPE)]
        for convolution in self.down:
            levels.append(functional.leaky_relu(convolution(levels[-1]), NEGATIVE_SLOPE))
        features = levels.pop()
        for convolution in self.up:
            large = functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
            features = functional.leaky_relu(convolution(large), NEGATIVE_SLOPE) + levels.pop()
        for convolution in self.refine:
            features = functional.leaky_relu(convolution(features), NEGATIVE_SLOPE)
        return self.judge(features)


@dataclass(frozen=True, kw_only=True, slots=True)
class Discriminator:
    """What a discriminator is chosen by."""

    name: Literal["patch", "patchgan", "unet"]
    channels: int
    width: int
    patch_size: int
    """Side of the patches that it is to judge [pixels]."""
    normalisation: Normalisation = "batch"


def check_patches(name: str, patch_size: int) -> None:
    """Refuse patches that a discriminator cannot judge.

    Args:
        name: `patch`, `patchgan` or `unet`.
        patch_size: Side of the patches [pixels].

    Raises:
        InvalidConfigError: If it cannot.
    """
    halved = {"patch": 2**HALVINGS, "patchgan": 1, "unet": 8}[name]
    least = {"patch": 2**HALVINGS, "patchgan": 32, "unet": 8}[name]
    if patch_size % halved or patch_size < least:
        raise InvalidConfigError(
            f"the discriminator {name} judges patches of at least {least} pixels, a multiple of {halved}, "
            f"got {patch_size}"
        )


def discriminator(kind: Discriminator) -> nn.Module:
    """A discriminator with fresh weights; `patch` is SRGAN's, `patchgan` judges parts of 70 pixels, `unet` each pixel.

    Raises:
        InvalidConfigError: If it cannot judge such patches, or a size is below 1.
    """
    check_patches(kind.name, kind.patch_size)
    channels, width, norm = kind.channels, kind.width, kind.normalisation
    if kind.name == "patch":
        return PatchDiscriminator(
            PatchDiscriminatorConfig(channels=channels, width=width, patch_size=kind.patch_size, normalisation=norm)
        )
    if kind.name == "patchgan":
        return PatchGAN(PatchGANConfig(channels=channels, width=width, normalisation=norm))
    return UNetDiscriminator(UNetDiscriminatorConfig(channels=channels, width=width))
