"""Features of a VGG network wherever one wants to tap it, before or after an activation.

Source: Simonyan & Zisserman, arXiv:1409.1556, table 1, columns D (VGG16) and E (VGG19).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from torch import Tensor, nn

from superres.errors import unknown_name

DEPTHS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions of each of the five stages."""
WIDTHS = (64, 128, 256, 512, 512)


def tap_names(network: str) -> list[str]:
    """Every place where this network can be tapped, in order: conv1_1, relu1_1, conv1_2, relu1_2, pool1, conv2_1, …"""
    names: list[str] = []
    for stage, depth in enumerate(DEPTHS[network], start=1):
        names += [f"{kind}{stage}_{number}" for number in range(1, depth + 1) for kind in ("conv", "relu")]
        names.append(f"pool{stage}")
    return names


def tap_stride(name: str) -> int:
    """Pixels of the image, along each axis, for one place of the features at this tap."""
    stage = int(name.removeprefix("conv").removeprefix("relu").removeprefix("pool")[0])
    return 2 ** (stage if name.startswith("pool") else stage - 1)


class TappedVGG(nn.Module):
    """The layers of VGG16 or VGG19 down to the last tap, and what is found at each.

    Args:
        network: `vgg16` or `vgg19`.
        taps: Names such as `conv5_4`, before the activation, `relu2_2`, after it, or `pool3`.

    Raises:
        UnknownNameError: If there is no such network, or it has no such tap.

    Example:
        >>> import torch
        >>> maps = TappedVGG("vgg19", ["relu2_2", "conv5_4"])(torch.zeros(1, 3, 16, 16))
        >>> [(name, tuple(features.shape[1:])) for name, features in maps.items()]
        [('relu2_2', (128, 8, 8)), ('conv5_4', (512, 1, 1))]
    """

    def __init__(self, network: str, taps: Iterable[str]) -> None:
        super().__init__()
        if network not in DEPTHS:
            raise unknown_name("VGG network", network, DEPTHS)
        self.taps = tuple(taps)
        names = tap_names(network)
        for tap in self.taps:
            if tap not in names:
                raise unknown_name(f"tap of {network}", tap, names)
        last = max((names.index(tap) for tap in self.taps), default=-1)
        self.layers = nn.ModuleDict(dict(zip(names[: last + 1], _layers(network), strict=False)))

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """The features at each tap, in the taps' order.

        Args:
            images: (N, 3, H, W), normalised as the weights ask.
        """
        found: dict[str, Tensor] = {}
        for name, layer in self.layers.items():
            images = layer(images)
            if name in self.taps:
                found[name] = images
        return {tap: found[tap] for tap in self.taps}


def _layers(network: str) -> Iterator[nn.Module]:
    """One by one, so that what lies behind the last tap is never made."""
    inputs = 3
    for width, depth in zip(WIDTHS, DEPTHS[network], strict=True):
        for _ in range(depth):
            yield nn.Conv2d(inputs, width, 3, padding=1)
            yield nn.ReLU()
            inputs = width
        yield nn.MaxPool2d(2)
