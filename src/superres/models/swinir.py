"""SwinIR: transformer layers in windows between convolutions; here the lightweight form.

Source: Liang et al., "SwinIR: Image Restoration Using Swin Transformer", ICCVW 2021, arXiv:2108.10257, section 3 and
figure 2; sizes of the lightweight network from section 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.attention.window import WindowAttention
from superres.layers.mean_colour import mean_colour
from superres.layers.upsampling.subpixel import SubpixelUpsampling
from superres.models.architecture import Architecture, Tiling


@dataclass(frozen=True, kw_only=True, slots=True)
class SwinIRConfig:
    """Hyperparameters; the defaults are the paper's lightweight network."""

    scale: int = 2
    channels: int = 3
    width: int = 60
    groups: int = 4
    """Residual groups, each with a convolution at its end."""
    layers: int = 6
    """Transformer layers of a group."""
    heads: int = 6
    window: int = 8
    expansion: int = 2
    """Hidden channels of the perceptron over the network's."""

    def __post_init__(self) -> None:
        sizes = (self.scale, self.width, self.groups, self.layers, self.heads, self.expansion)
        if min(sizes) < 1 or self.window < 2 or self.channels not in (1, 3):
            raise InvalidConfigError(f"a SwinIR needs channels of 1 or 3, windows of 2 and sizes of 1 or more: {self}")


class TransformerLayer(nn.Module):
    """Attention in windows, then a perceptron, each normalised before and added (figure 2b)."""

    def __init__(self, config: SwinIRConfig, shift: int) -> None:
        super().__init__()
        width, hidden = config.width, config.width * config.expansion
        self.attention_norm = nn.LayerNorm(width)
        self.attention = WindowAttention(width, config.heads, config.window, shift)
        self.perceptron_norm = nn.LayerNorm(width)
        self.perceptron = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, features: Tensor) -> Tensor:
        """(N, H, W, width) to the same shape."""
        features = features + self.attention(self.attention_norm(features))
        return features + self.perceptron(self.perceptron_norm(features))


class ResidualGroup(nn.Module):
    """Layers with and without a shift in turns, a convolution, and the input added (figure 2a)."""

    def __init__(self, config: SwinIRConfig) -> None:
        super().__init__()
        shifts = [config.window // 2 * (place % 2) for place in range(config.layers)]
        self.layers = nn.Sequential(*(TransformerLayer(config, shift) for shift in shifts))
        self.convolution = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, H, W, width) to the same shape."""
        return features + self.convolution(self.layers(features).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class SwinIR(nn.Module):
    """RGB or luma in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    mean: Tensor

    def __init__(self, config: SwinIRConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", mean_colour(config.channels), persistent=False)
        self.head = nn.Conv2d(config.channels, config.width, kernel_size=3, padding=1)
        self.embed_norm = nn.LayerNorm(config.width)
        self.groups = nn.Sequential(*(ResidualGroup(config) for _ in range(config.groups)))
        self.norm = nn.LayerNorm(config.width)
        self.tail = nn.Conv2d(config.width, config.width, kernel_size=3, padding=1)
        self.upsample = SubpixelUpsampling(config.width, config.channels, config.scale)

    def forward(self, low: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, scale·H, scale·W)."""
        height, width = low.shape[-2:]
        window, scale = self.config.window, self.config.scale
        # By the number of windows: so an exporter sees sides that are multiples of the window. ONNX rounds towards 0.
        below, right = ((side + window - 1) // window * window - side for side in (height, width))
        padded = functional.pad(low, (0, right, 0, below), mode="reflect")
        features = self.head(padded - self.mean)
        deep = self.norm(self.groups(self.embed_norm(features.permute(0, 2, 3, 1))))
        high = self.upsample(self.tail(deep.permute(0, 3, 1, 2)) + features) + self.mean
        return high[..., : height * scale, : width * scale]


def _tiling(config: SwinIRConfig) -> Tiling:
    # Every layer reaches half a window further; a padded side is mirrored, which needs more than half of a window.
    reach = config.groups * config.layers * config.window
    return Tiling(minimum_size=config.window // 2 + 1, grid=config.window, overlap=reach, is_exact=False)


ARCHITECTURE = Architecture(
    name="swinir",
    config=SwinIRConfig,
    network=SwinIR,
    source="arXiv:2108.10257",
    variants={f"swinir_light_x{scale}": SwinIRConfig(scale=scale) for scale in (2, 3, 4)},
    tiling=_tiling,
)
