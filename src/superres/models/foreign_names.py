"""Names in authors' files, of networks that are a head, equal blocks in a row, a tail and a sub-pixel convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from superres.models.architecture import StateDict


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignNames:
    """What the authors call the layers; a tensor's name is that of its layer, a dot, and `weight` or `bias`."""

    ends: Mapping[str, str]
    """Outside the blocks: their name of a layer, and ours."""
    parts: Mapping[str, str]
    """Inside a block."""
    block: str
    """What stands before a block's number, which counts from 1; such as `B` in `B1.c5.weight`."""

    def replaced(self, tensors: StateDict) -> dict[str, Tensor]:
        """The same tensors under our names.

        Raises:
            KeyError: If a tensor has a name that is not the authors'.
            ValueError: If a name does not even look like one of theirs.
        """
        return {self._ours(name): tensor for name, tensor in tensors.items()}

    def _ours(self, name: str) -> str:
        layer, kind = name.rsplit(".", 1)
        if layer in self.ends:
            return f"{self.ends[layer]}.{kind}"
        block, part = layer.split(".", 1)
        return f"blocks.{int(block.removeprefix(self.block)) - 1}.{self.parts[part]}.{kind}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TrunkSizes:
    """What the shapes of such a network's tensors tell."""

    scale: int
    channels: int
    width: int
    """Channels between blocks."""
    blocks: int


def trunk_sizes(ours: StateDict) -> TrunkSizes:
    """Read the sizes off tensors under our names.

    Raises:
        KeyError: If the head or the sub-pixel convolution is missing.
        ValueError: If there are no blocks, or the head is no convolution.
    """
    width, channels = ours["head.weight"].shape[:2]
    values = ours["upsample.convolution.bias"].shape[0]
    return TrunkSizes(
        scale=round((values / channels) ** 0.5),
        channels=channels,
        width=width,
        blocks=1 + max(int(name.split(".")[1]) for name in ours if name.startswith("blocks.")),
    )
