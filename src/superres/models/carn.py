"""Cascading Residual Network: blocks that keep all that came before them, within and without.

Source: Ahn et al., "Fast, Accurate, and Lightweight Super-Resolution with Cascading Residual Network", ECCV 2018,
arXiv:1803.08664, section 3 and figures 2 and 3. CARN-M shares one efficient block inside each cascade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidConfigError
from superres.layers.mean_colour import mean_colour
from superres.layers.upsampling.subpixel import stages_of
from superres.models.architecture import Architecture, StateDict, Tiling

CASCADE = 3
"""Blocks inside a cascade, and cascades inside the network."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CARNConfig:
    """Hyperparameters; the defaults are the paper's CARN at one scale."""

    scale: int = 2
    width: int = 64
    groups: int = 1
    """Of the convolutions inside blocks and of the enlargement; 4 in CARN-M."""
    blocks: Literal["residual", "efficient"] = "residual"
    """`efficient` has a 1×1 convolution more, and one block stands for all of a cascade."""

    @property
    def channels(self) -> int:
        """RGB."""
        return 3

    def __post_init__(self) -> None:
        stages_of(self.scale)
        if min(self.width, self.groups) < 1 or self.width % self.groups:
            raise InvalidConfigError(f"a CARN needs a width that its groups share evenly, got {self}")


class Block(nn.Module):
    """Two convolutions, a 1×1 one in the efficient form, and the input added."""

    def __init__(self, config: CARNConfig) -> None:
        super().__init__()
        width, groups = config.width, config.groups
        self.first = nn.Conv2d(width, width, kernel_size=3, padding=1, groups=groups)
        self.second = nn.Conv2d(width, width, kernel_size=3, padding=1, groups=groups)
        self.fuse = nn.Conv2d(width, width, kernel_size=1) if config.blocks == "efficient" else None

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        inner = self.second(functional.relu(self.first(features)))
        if self.fuse is not None:
            inner = self.fuse(functional.relu(inner))
        return functional.relu(inner + features)


class Cascade(nn.Module):
    """Blocks or cascades in series; a 1×1 convolution before each next one joins the answers of all before."""

    def __init__(self, width: int, parts: Sequence[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.join = nn.ModuleList(nn.Conv2d((place + 2) * width, width, kernel_size=1) for place in range(CASCADE))

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        seen = features
        for place, join in enumerate(self.join):
            part = self.parts[place % len(self.parts)]
            seen = torch.cat([seen, part(features)], dim=1)
            features = functional.relu(join(seen))
        return features


class Enlargement(nn.Module):
    """A sub-pixel convolution with a ReLU before pixels are put in place."""

    def __init__(self, config: CARNConfig, factor: int) -> None:
        super().__init__()
        width = config.width
        self.convolution = nn.Conv2d(width, width * factor**2, kernel_size=3, padding=1, groups=config.groups)
        self.factor = factor

    def forward(self, features: Tensor) -> Tensor:
        """(N, width, H, W) to (N, width, factor·H, factor·W)."""
        return functional.pixel_shuffle(functional.relu(self.convolution(features)), self.factor)


class CARN(nn.Module):
    """RGB in [0, 1] in and out, not clipped.

    Args:
        config: Hyperparameters.
    """

    mean: Tensor

    def __init__(self, config: CARNConfig) -> None:
        super().__init__()
        self.config = config
        count = 1 if config.blocks == "efficient" else CASCADE
        self.register_buffer("mean", mean_colour(), persistent=False)
        self.head = nn.Conv2d(3, config.width, kernel_size=3, padding=1)
        self.cascade = Cascade(
            config.width, [Cascade(config.width, [Block(config) for _ in range(count)]) for _ in range(CASCADE)]
        )
        self.upsample = nn.Sequential(*(Enlargement(config, factor) for factor in stages_of(config.scale)))
        self.restore = nn.Conv2d(config.width, 3, kernel_size=3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        return self.restore(self.upsample(self.cascade(self.head(low - self.mean)))) + self.mean


_BLOCK = {"0": "first", "2": "second", "4": "fuse"}


def _our_name(foreign: str, scale: int) -> str | None:
    """Our name for a tensor of the authors' files; None for those of other scales; KeyError where there is none."""
    *layer, kind = foreign.split(".")
    match layer:
        case ["sub_mean" | "add_mean", "shifter"]:
            place = None
        case ["entry" | "exit" as end]:
            place = {"entry": "head", "exit": "restore"}[end]
        case ["upsample", branch, "body", index]:
            place = f"upsample.{int(index) // 3}.convolution" if branch == f"up{scale}" else None
        case [join, "body", "0"]:
            place = f"cascade.join.{_place(join, 'c')}"
        case [cascade, part, "body", index]:
            inside = f"cascade.parts.{_place(cascade, 'b')}"
            inner = (
                f"parts.{_place(part, 'b')}.{_BLOCK[index]}" if part.startswith("b") else f"join.{_place(part, 'c')}"
            )
            place = f"{inside}.{inner}"
        case _:
            raise KeyError(foreign)
    return None if place is None else f"{place}.{kind}"


def _place(name: str, letter: str) -> int:
    """The number after a letter, counted from 0; KeyError for other names."""
    if name[:1] != letter:
        raise KeyError(name)
    return int(name[1:]) - 1


def from_authors(tensors: StateDict, scale: int) -> tuple[CARNConfig, dict[str, Tensor]]:
    """Read a file of github.com/nmhkahn/CARN-pytorch (MIT), which serves ×2, ×3 and ×4.

    Raises:
        KeyError: If a tensor has a name that those files do not use, or one is missing.
        ValueError: If a name holds something else than a number.
    """
    named = {_our_name(name, scale): tensor for name, tensor in tensors.items()}
    ours = {name: tensor for name, tensor in named.items() if name is not None}
    width = ours["head.weight"].shape[0]
    is_efficient = "cascade.parts.0.parts.0.fuse.weight" in ours
    config = CARNConfig(
        scale=scale,
        width=width,
        groups=width // ours["cascade.parts.0.parts.0.first.weight"].shape[1],
        blocks="efficient" if is_efficient else "residual",
    )
    return config, ours


def _tiling(_config: CARNConfig) -> Tiling:
    # Head, two convolutions in each of nine blocks, two of the enlargement and the last, each one pixel further.
    return Tiling(minimum_size=1, grid=1, overlap=2 * CASCADE**2 + 4, is_exact=True)


ARCHITECTURE = Architecture(
    name="carn",
    config=CARNConfig,
    network=CARN,
    source="arXiv:1803.08664",
    variants={
        **{f"carn_x{scale}": CARNConfig(scale=scale) for scale in (2, 3, 4)},
        **{f"carn_m_x{scale}": CARNConfig(scale=scale, groups=4, blocks="efficient") for scale in (2, 3, 4)},
    },
    tiling=_tiling,
    from_foreign_at=from_authors,
)
