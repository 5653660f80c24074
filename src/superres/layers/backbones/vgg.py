"""Features of VGG16.

Source: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
arXiv:1409.1556, table 1, column D.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn


def max_pooling() -> nn.Module:
    """The pooling of the paper: the largest of each 2×2."""
    return nn.MaxPool2d(2)


class VGGFeatures(nn.Module):
    """The thirteen convolutions of VGG16; a map is taken after the last ReLU of each of the five stages.

    Args:
        pooling: Makes what stands between two stages and halves the sides.

    Example:
        >>> import torch
        >>> [tuple(features.shape[1:]) for features in VGGFeatures()(torch.zeros(1, 3, 16, 16))]
        [(64, 16, 16), (128, 8, 8), (256, 4, 4), (512, 2, 2), (512, 1, 1)]
    """

    def __init__(self, pooling: Callable[[], nn.Module] = max_pooling) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            [
                nn.Sequential(*_convolutions(3, 64, count=2)),
                nn.Sequential(pooling(), *_convolutions(64, 128, count=2)),
                nn.Sequential(pooling(), *_convolutions(128, 256, count=3)),
                nn.Sequential(pooling(), *_convolutions(256, 512, count=3)),
                nn.Sequential(pooling(), *_convolutions(512, 512, count=3)),
            ]
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """relu1_2, relu2_2, relu3_3, relu4_3 and relu5_3, of 64, 128, 256, 512 and 512 channels.

        Args:
            images: (N, 3, H, W) with sides of at least 16 pixels, normalised as the weights ask.
        """
        maps: list[Tensor] = []
        for stage in self.stages:
            images = stage(images)
            maps.append(images)
        return maps


def _convolutions(inputs: int, outputs: int, *, count: int) -> list[nn.Module]:
    parts: list[nn.Module] = []
    for index in range(count):
        parts += [nn.Conv2d(outputs if index else inputs, outputs, 3, padding=1), nn.ReLU()]
    return parts
