"""Features of AlexNet.

Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", arXiv:1404.5997.
"""

from __future__ import annotations

from torch import Tensor, nn


class AlexNetFeatures(nn.Module):
    """The five convolutions of AlexNet; each map is taken after its ReLU.

    Example:
        >>> import torch
        >>> [tuple(features.shape[1:]) for features in AlexNetFeatures()(torch.zeros(1, 3, 64, 64))]
        [(64, 15, 15), (192, 7, 7), (384, 3, 3), (256, 3, 3), (256, 3, 3)]
    """

    def __init__(self) -> None:
        super().__init__()
        pool = nn.MaxPool2d(3, stride=2)
        self.stages = nn.ModuleList(
            [
                nn.Sequential(nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU()),
                nn.Sequential(pool, nn.Conv2d(64, 192, 5, padding=2), nn.ReLU()),
                nn.Sequential(pool, nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()),
                nn.Sequential(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
                nn.Sequential(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU()),
            ]
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """Five maps from fine to coarse, of 64, 192, 384, 256 and 256 channels.

        Args:
            images: (N, 3, H, W) with sides of at least 31 pixels, normalised as the weights ask.
        """
        maps: list[Tensor] = []
        for stage in self.stages:
            images = stage(images)
            maps.append(images)
        return maps
