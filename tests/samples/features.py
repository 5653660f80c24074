"""A file of VGG weights whose features are known: the first one is red, all others are nothing."""

from pathlib import Path

import torch

from superres.losses.features import DEVIATION, MEAN


def red_vgg(path: Path) -> str:
    """The first two convolutions of VGG, as torchvision names them; both hand red through as their first channel."""
    first, second = torch.zeros(64, 3, 3, 3), torch.zeros(64, 64, 3, 3)
    # The normalisation is undone: deviation · (red - mean) / deviation + mean.
    first[0, 0, 1, 1], second[0, 0, 1, 1] = DEVIATION[0], 1
    bias = torch.zeros(64)
    bias[0] = MEAN[0]
    tensors = {
        "features.0.weight": first,
        "features.0.bias": bias,
        "features.2.weight": second,
        "features.2.bias": torch.zeros(64),
        "classifier.0.weight": torch.zeros(2, 2),
    }
    torch.save(tensors, path)
    return str(path)


def random_vgg(path: Path) -> str:
    """The first two convolutions, of random weights."""
    random = torch.Generator().manual_seed(0)
    tensors = {
        "features.0.weight": torch.randn(64, 3, 3, 3, generator=random) / 5,
        "features.0.bias": torch.zeros(64),
        "features.2.weight": torch.randn(64, 64, 3, 3, generator=random) / 24,
        "features.2.bias": torch.zeros(64),
    }
    torch.save(tensors, path)
    return str(path)


def red(value: float, *, height: int = 16, width: int = 16) -> torch.Tensor:
    """A red image."""
    image = torch.zeros(1, 3, height, width)
    image[:, 0] = value
    return image
