"""Degradations by name: three of the literature's, and a camera's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from superres.data.degradation.blur import Blur
from superres.data.degradation.camera import camera_steps
from superres.data.degradation.downsample import Resize
from superres.data.degradation.noise import GaussianNoise
from superres.data.degradation.pipeline import AnyStep, Degradation
from superres.data.degradation.seeds import drawn_seed
from superres.errors import unknown_name

BICUBIC = "bicubic"
"""The preset of the classical benchmarks, in which nothing is drawn."""

Drawing = Callable[[int, np.random.Generator], tuple[AnyStep, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A kind of degradation, of which one is drawn for each image."""

    name: str
    about: str
    """In a line, with the source."""
    steps: Drawing
    """From a scale and random numbers."""

    def draw(self, scale: int, key: Sequence[int] | np.random.Generator) -> Degradation:
        """One degradation, a pure function of its key.

        Args:
            scale: At least 1.
            key: Whole numbers, none negative, such as a seed and an image's number; or a generator, which moves on.
        """
        random = key if isinstance(key, np.random.Generator) else np.random.default_rng(key)
        return Degradation(scale=scale, steps=self.steps(scale, random))


def _bicubic(scale: int, _: np.random.Generator) -> tuple[AnyStep, ...]:
    return (Resize(scale=scale, is_rounded=True),)


def _blur_down(scale: int, _: np.random.Generator) -> tuple[AnyStep, ...]:
    # At an even scale the centre of a block lies between pixels, and so does that of a kernel of eight.
    blur = Blur(size=7 if scale % 2 else 8, widths=(1.6, 1.6))
    return (blur, Resize(scale=scale, kernel="nearest"))


def _down_noise(scale: int, random: np.random.Generator) -> tuple[AnyStep, ...]:
    return (Resize(scale=scale, is_rounded=True), GaussianNoise(deviation=30.0, seed=drawn_seed(random)))


PRESETS: Mapping[str, Preset] = {
    each.name: each
    for each in (
        Preset(name=BICUBIC, about="MATLAB's imresize, as of the classical benchmarks (BI)", steps=_bicubic),
        Preset(
            name="blur-down",
            about="a Gaussian of 7×7 and deviation 1.6, then the pixel at each block's centre (BD; SRMD, RDN)",
            steps=_blur_down,
        ),
        Preset(
            name="down-noise", about="bicubic, then Gaussian noise of deviation 30 of 255 (DN; RDN)", steps=_down_noise
        ),
        Preset(
            name="camera",
            about="mild and mixed as photographs are: lens blur, some resizer, sensor noise, JPEG 60 to 95; now and "
            "then all of it twice",
            steps=camera_steps,
        ),
    )
}
"""Presets by name."""


def preset(name: str) -> Preset:
    """The preset of this name.

    Raises:
        UnknownNameError: If none is called so.
    """
    if name not in PRESETS:
        raise unknown_name("degradation", name, PRESETS)
    return PRESETS[name]
