"""A learned reduction: for each low-resolution pixel a network says where to look in the image, and with which weights.

Source: Sun and Chen, "Learned Image Downscaling for Upscaling using Content Adaptive Resampler", IEEE TIP 2020
(arXiv:1907.12904, section 3.1). Each low-resolution pixel is a weighted mean of bilinear samples, around its own place
and moved by learned offsets. How the network is built (space to depth, residual blocks with mirrored borders, leaky
ReLU of 0.2) follows the authors' code; its size and the kernel's are our own choice. So are the weights: those of
bicubic reduction, as far as the kernel reaches, and a learned change that adds up to zero. It begins as the bicubic
reduction that it is measured against, a flat area stays as it is, and weights may be negative as sharp reductions need.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError, InvalidWeightsError
from superres.image.resize import resize
from superres.models.weights import fill
from superres.models.writing import replace_file

RESAMPLER_KEY = "superres.resampler"
"""Where the configuration stands in the metadata of a file."""
NEGATIVE_SLOPE = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class ResamplerConfig:
    """Hyperparameters."""

    scale: int = 4
    channels: int = 3
    width: int = 64
    blocks: int = 3
    reach: int = 3
    """Side of the kernel, in low-resolution pixels; bicubic reduction reaches 4."""

    def __post_init__(self) -> None:
        if min(self.scale, self.channels, self.width, self.blocks, self.reach) < 1:
            raise InvalidConfigError(f"every size of a resampler must be at least 1, got {self}")

    @property
    def taps(self) -> int:
        """Side of the kernel, in high-resolution pixels."""
        return self.reach * self.scale


class ResidualBlock(nn.Module):
    """Two convolutions with mirrored borders, and the input added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, kernel_size=3, padding=1, padding_mode="reflect")
        self.second = nn.Conv2d(width, width, kernel_size=3, padding=1, padding_mode="reflect")

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return features + self.second(functional.leaky_relu(self.first(features), NEGATIVE_SLOPE))


class Resampler(nn.Module):
    """RGB in [0, 1] to the reduced image, in [0, 1], not rounded; sides are multiples of the scale, two of it at least.

    Args:
        config: Hyperparameters.
    """

    def __init__(self, config: ResamplerConfig) -> None:
        super().__init__()
        self.config = config
        self.gather = nn.PixelUnshuffle(config.scale)
        self.head = nn.Conv2d(config.channels * config.scale**2, config.width, kernel_size=3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(config.width) for _ in range(config.blocks)))
        self.weigh = nn.Conv2d(config.width, config.taps**2, kernel_size=3, padding=1)
        self.move = nn.Conv2d(config.width, 2 * config.taps**2, kernel_size=3, padding=1)
        for layer in (self.weigh, self.move):
            for parameter in layer.parameters():
                nn.init.zeros_(parameter)
        self.register_buffer("_bicubic", _bicubic(config), persistent=False)

    def forward(self, high: Tensor) -> Tensor:
        """(N, C, scale·H, scale·W) to (N, C, H, W)."""
        return self.with_offsets(high)[0]

    def with_offsets(self, high: Tensor) -> tuple[Tensor, Tensor]:
        """The reduced image, and by how many high-resolution pixels each sample is moved, (N, 2, taps², H, W)."""
        features = functional.leaky_relu(self.head(self.gather(2 * high - 1)), NEGATIVE_SLOPE)
        features = self.blocks(features)
        # Answers of 1 change the kernel by a norm of 1, and move samples by a fraction of a pixel. A step of Adam moves
        # all inputs of an output at once: taken as they are, a usual learning rate tears kernel and places apart.
        change = self.weigh(features).float() / self.config.taps
        weights = self.get_buffer("_bicubic") + change - change.mean(dim=1, keepdim=True)
        offsets = self.move(features).float().unflatten(1, (2, -1)) / self.config.taps
        with torch.autocast(high.device.type, enabled=False):  # places need all their digits
            return resampled(high.float(), weights, offsets, self.config.scale), offsets


def resampled(high: Tensor, weights: Tensor, offsets: Tensor, scale: int) -> Tensor:
    """Weighted means of bilinear samples (equations 1 and 2).

    Args:
        high: (N, C, scale·H, scale·W); beyond its border its last pixels are repeated.
        weights: (N, taps², H, W), row by row of the kernel.
        offsets: (N, 2, taps², H, W), down and across [high-resolution pixels].
        scale: Of the reduction.

    Returns:
        (N, C, H, W).
    """
    height, width = weights.shape[-2:]
    taps = round(weights.shape[1] ** 0.5)
    around = _places(taps, high.device)
    down, across = ((torch.arange(side, device=high.device) + 0.5) * scale - 0.5 for side in (height, width))
    rows = offsets[:, 0].unflatten(1, (taps, taps)) + (around[:, None, None, None] + down[:, None])
    columns = offsets[:, 1].unflatten(1, (taps, taps)) + (around[:, None, None] + across)
    # grid_sample counts from -1 to 1, border to border.
    places = torch.stack([(2 * columns + 1) / (scale * width) - 1, (2 * rows + 1) / (scale * height) - 1], dim=-1)
    samples = functional.grid_sample(
        high, places.flatten(3, 4).flatten(1, 2), mode="bilinear", padding_mode="border", align_corners=False
    )
    return (samples.unflatten(2, (taps**2, 1)).squeeze(3).unflatten(3, (height, width)) * weights[:, None]).sum(dim=2)


def _bicubic(config: ResamplerConfig) -> Tensor:
    """Weights of bicubic reduction, (taps², 1, 1), cut where the kernel ends."""
    length = 2 * (4 + config.reach)  # far from the borders of a row this long, each row of its resizing is the same
    rows = resize(torch.eye(length * config.scale, dtype=torch.float64), scale=(1 / config.scale, 1))
    start = config.scale * length // 2 - (config.taps - config.scale) // 2
    weights = rows[length // 2, start : start + config.taps]
    return (torch.outer(weights, weights) / weights.sum() ** 2).flatten()[:, None, None].float()


def _places(taps: int, device: torch.device) -> Tensor:
    """Of a kernel's rows or columns, around its middle [high-resolution pixels]."""
    return torch.arange(taps, device=device) - (taps - 1) / 2


def write_resampler(path: Path, resampler: Resampler) -> None:
    """Write a safetensors file with its configuration; an existing file is replaced in one step."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in resampler.state_dict().items()}
    config = TypeAdapter(ResamplerConfig).dump_json(resampler.config).decode()
    replace_file(path, save(plain, metadata={RESAMPLER_KEY: config}))


def read_resampler(path: Path) -> Resampler:
    """What `write_resampler` wrote, in evaluation mode.

    Raises:
        InvalidWeightsError: If there is no such file, or it is damaged or holds no resampler.
    """
    try:
        with safe_open(path, framework="pt") as file:
            config = TypeAdapter(ResamplerConfig).validate_json((file.metadata() or {}).get(RESAMPLER_KEY, ""))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValidationError) as error:
        raise InvalidWeightsError(f"{path} holds no readable resampler, such as training with one writes") from error
    network = Resampler(config)
    fill(network, tensors, path.name)
    return network.eval()
