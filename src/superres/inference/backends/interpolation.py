"""Interpolation with NumPy: an image is enlarged without a network, by the names of `superres.models.bicubic`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from superres.image.enlarging import enlarge
from superres.inference.backends.backend import Planes
from superres.inference.precision import Precision
from superres.models.card import Card

SCALES: Mapping[str, int] = {f"bicubic_x{scale}": scale for scale in (2, 3, 4)}
"""Names of the models that this engine opens, and how far they enlarge."""


class InterpolationBackend:
    """Bicubic interpolation by a whole factor, channel by channel.

    Args:
        path: One of `SCALES`; there is no such file.
        _precision: Makes no difference: the arithmetic is float32.
    """

    def __init__(self, path: Path, _precision: Precision = "auto") -> None:
        scale = SCALES[path.name]
        self._card = Card(
            name=path.name,
            architecture="bicubic",
            config={"scale": scale, "channels": 3, "kernel": "bicubic"},
            scale=scale,
            minimum_size=2,
            overlap=2,
            source="Keys, IEEE TASSP 1981",
        )

    def card(self) -> Card:
        """What is known of the model; the same card as PyTorch's."""
        return self._card

    def describe(self) -> str:
        """Engine and precision."""
        return f"NumPy {np.__version__}, float32"

    def upscale(self, low: Planes) -> Planes:
        """Interpolate; see `Backend.upscale`."""
        return enlarge(low, self._card.scale)
