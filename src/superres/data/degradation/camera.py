"""What lies between a scene and a photograph on disk, mildly: lens, resizer, sensor, JPEG.

The ranges are our own. Widths and noise follow what remains visible at the low resolution, so that the same preset
serves every scale.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, pi

import numpy as np

from superres.data.degradation.blur import Blur, Form, Ringing
from superres.data.degradation.compression import JPEG
from superres.data.degradation.downsample import Resize
from superres.data.degradation.noise import SensorNoise
from superres.data.degradation.pipeline import AnyStep
from superres.data.degradation.seeds import drawn_seed
from superres.image.resize import Kernel

_KERNELS: tuple[Kernel, ...] = ("area", "bilinear", "bicubic", "lanczos3")
_FORMS: tuple[tuple[Form, float, float], ...] = (
    ("gaussian", 1.0, 1.0),
    ("generalised", 0.6, 2.0),
    ("plateau", 1.2, 2.0),
)
"""Forms of blur, and the range of their shapes."""
_SHARES = (0.7, 0.15, 0.15)
_WIDTHS = (0.1, 0.5)
"""Of the blur, in low-resolution pixels."""
_TWICE = 0.15
"""Share of images that go through everything twice: edited, sent, or published again."""
_DETOUR = 0.2
"""Share of resizes that go by another size."""


def camera_steps(scale: int, random: np.random.Generator) -> tuple[AnyStep, ...]:
    """The steps of one photograph: blur, resize, noise, JPEG; or twice, shuffled but for JPEG, which closes each pass.

    Args:
        scale: Of the whole.
        random: Moves on.
    """
    if random.random() >= _TWICE:
        return (*_exposure(random, scale, 1.0, float(scale), range(3)), _jpeg(random))
    between = float(scale ** random.uniform(0.2, 0.7))
    first = _exposure(random, scale, 1.0, between, random.permutation(3))
    middle = _jpeg(random)
    second = _exposure(random, scale, between, float(scale), random.permutation(3))
    return (*first, middle, *second, *_ringing(random), _jpeg(random))


def _exposure(random: np.random.Generator, scale: int, start: float, end: float, order: Iterable[int]) -> list[AnyStep]:
    """Blur, resize and noise, as an order of 0, 1 and 2 says.

    Args:
        random: Moves on.
        scale: Of the whole degradation.
        start: Scale of the image that comes in.
        end: Scale of the image that goes out.
        order: Of the three.
    """
    places = list(order)
    is_blurred_late = places.index(0) > places.index(1)
    parts: tuple[list[AnyStep], ...] = (
        [_blur(random, scale / (end if is_blurred_late else start))],
        list(_resizes(random, end)),
        [_noise(random)],
    )
    return [step for place in places for step in parts[place]]


def _blur(random: np.random.Generator, pixels: float) -> Blur:
    """Of an image in which a low-resolution pixel is as wide as so many."""
    form, lowest, highest = _FORMS[int(random.choice(len(_FORMS), p=_SHARES))]
    first, second = (pixels * float(random.uniform(*_WIDTHS)) for _ in range(2))
    return Blur(
        form=form,
        size=2 * ceil(3 * max(first, second)) + 1,
        widths=(first, second),
        angle=float(random.uniform(0, pi)),
        shape=float(random.uniform(lowest, highest)),
    )


def _resizes(random: np.random.Generator, end: float) -> tuple[Resize, ...]:
    final = Resize(scale=end, kernel=_kernel(random))
    if random.random() >= _DETOUR:
        return (final,)
    return (Resize(scale=end * float(random.uniform(0.6, 1.25)), kernel=_kernel(random)), final)


def _kernel(random: np.random.Generator) -> Kernel:
    return _KERNELS[int(random.integers(len(_KERNELS)))]


def _noise(random: np.random.Generator) -> SensorNoise:
    """From a sensor in good light to one in poor light; good light is more frequent."""
    gain = float(random.random()) ** 2
    return SensorNoise(
        shot=(1 + 7 * gain) ** 2 / 255,
        read=0.3 + 3 * gain,
        is_grey=bool(random.random() < 0.3),
        seed=drawn_seed(random),
    )


def _jpeg(random: np.random.Generator) -> JPEG:
    top, left = (int(offset) for offset in random.integers(0, 16, 2))
    chroma = "4:2:0" if random.random() < 0.6 else "4:4:4"
    return JPEG(quality=int(random.integers(60, 96)), chroma=chroma, origin=(top, left))


def _ringing(random: np.random.Generator) -> tuple[Ringing, ...]:
    """None, or one as sharpening leaves it."""
    if random.random() >= 0.5:
        return ()
    return (Ringing(size=13, cutoff=float(random.uniform(0.6, 1.0)) * pi),)
